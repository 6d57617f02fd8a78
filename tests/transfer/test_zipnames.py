"""Names of a zip's members: read as their writers meant them."""

import pytest

from brant.errors import Corrupt, InvalidInput
from tests.transfer.forged import Forged, forged, unicode_path
from tests.transfer.listing import listed, zipped

JAPANESE = ["表.csv", "予測結果.csv", "ソート.txt"]


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (["Größe".encode()], ["Größe"]),
        (["日本/表.csv".encode()], ["日本/表.csv"]),
        (["Größe".encode("cp437")], ["Größe"]),
        (["café".encode("cp437"), "Größe".encode()], ["café", "Größe"]),
        (["pâté".encode("cp437"), "crème brûlée".encode("cp437")], ["pâté", "crème brûlée"]),
        ([name.encode("cp932") for name in JAPANESE], JAPANESE),
        (["結果".encode("cp932"), b"\x82"], ["結果".encode("cp932").decode("cp437"), "é"]),
        ([b"penguins.csv"], ["penguins.csv"]),
        ([bytes([letter]) for letter in b"\x80\xff"], ["Ç", "\xa0"]),
    ],
)
def test_names_without_a_word_about_their_letters_are_read_as_their_writers_meant(
    raw: list[bytes], names: list[str]
) -> None:
    assert [one.name for one in listed(forged(*map(Forged, raw)))] == names


@pytest.mark.parametrize(
    ("extra", "name"),
    [
        (unicode_path("Größe", b"Gr?"), "Größe"),
        (b"\x99\x99\x02\x00ab" + unicode_path("Größe", b"Gr?"), "Größe"),
        # Renamed by a program that does not know the field.
        (unicode_path("Größe", b"other"), "Gr?"),
        (unicode_path("Größe", b"Gr?")[:-1], None),
        (unicode_path("Größe", b"Gr?") * 2, None),
        (unicode_path("Größe", b"Gr?").replace("ö".encode(), b"\xff\xff"), "Gr?"),
        (b"up", "Gr?"),
    ],
)
def test_the_unicode_path_of_info_zip_is_the_name_if_it_was_made_for_it(
    extra: bytes, name: str | None
) -> None:
    content = forged(Forged(b"Gr?", listed_extra=extra))
    if name is None:
        with pytest.raises(Corrupt):
            listed(content)
    else:
        assert [one.name for one in listed(content)] == [name]


def test_the_folder_itself_may_be_listed() -> None:
    root = Forged(b"./", b"", 0, attributes=0o040755 << 16)
    itself, file = listed(forged(root, Forged(b"./a.csv")))
    assert (itself.parts, itself.is_folder) == ((), True)
    assert (file.parts, file.is_folder) == (("a.csv",), False)
    with pytest.raises(InvalidInput, match="no name"):
        listed(forged(Forged(b".", b"", 0)))


def test_a_folder_is_known_by_its_slash() -> None:
    members = listed(zipped({"a/": b"", "a/b": b"x", "./c//d/": b""}))
    assert [(one.name, one.parts, one.is_folder) for one in members] == [
        ("a", ("a",), True),
        ("a/b", ("a", "b"), False),
        ("c/d", ("c", "d"), True),
    ]
