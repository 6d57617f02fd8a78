"""The files of a competition's folder: which are read, and that nothing leads out."""

import os
from pathlib import Path

import pytest

from brant.errors import BrantError, InvalidInput
from brant.server.domain.competitions.importing.folder import read

DECLARED = 'title = "Owls"\nslug = "owls"\nbrief_description = "Count them"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "owls"
    (made / "data" / "night").mkdir(parents=True)
    (made / "competition.toml").write_text(DECLARED)
    (made / "rules.md").write_text("# Rules\n")
    (made / "README.md").write_text("for those who look here\n")
    (made / "data" / "train.csv").write_text("id,owls\n1,2\n")
    (made / "data" / "night" / "test.csv").write_text("id\n2\n")
    (made / "data" / ".DS_Store").write_text("\0")
    (made / "solution.csv").write_text("id,owls\n2,3\n")
    (made / "sample_submission.csv").write_text("id,owls\n2,0\n")
    return made


def test_everything_is_found_and_nothing_else(root: Path) -> None:
    (root / "make.py").write_text("raise SystemExit")
    found = read(root)
    assert found.pages == {"rules": "# Rules\n"}
    assert sorted(file.name for file in found.data) == ["night/test.csv", "train.csv"]
    assert found.solution is not None
    assert found.solution.name == "solution.csv"
    assert found.sample is not None
    assert found.metric is None
    assert "sample_submission.csv" in {file.name for file in found.data_with_sample}


def test_a_solution_is_a_csv_file_and_nothing_else_is_taken_for_one(root: Path) -> None:
    (root / "solution.csv").rename(root / "solution.parquet")
    assert read(root).solution is None


def test_a_folder_may_hold_its_declaration_alone(root: Path) -> None:
    alone = root.with_name("alone")
    alone.mkdir()
    (root / "competition.toml").rename(alone / "competition.toml")
    found = read(alone)
    assert (found.pages, found.data, found.solution, found.sample) == ({}, (), None, None)


@pytest.mark.parametrize("name", ["rules.md", "solution.csv", "sample_submission.csv", "data/more.csv"])
def test_a_link_that_leads_out_is_refused_by_its_name(root: Path, name: str) -> None:
    secret = root.with_name("secret")
    secret.write_text("of somebody else\n")
    (root / name).unlink(missing_ok=True)
    (root / name).symlink_to(secret)
    with pytest.raises(InvalidInput, match=f"^{name}: the link leads out") as refused:
        read(root)
    assert "somebody" not in refused.value.message


@pytest.mark.parametrize("name", ["data/away", "data"])
def test_a_folder_that_is_a_link_out_is_refused(root: Path, name: str) -> None:
    outside = root.with_name("outside")
    outside.mkdir()
    (outside / "secret.csv").write_text("of somebody else\n")
    if name == "data":
        (root / "data").rename(root.with_name("moved"))
    (root / name).symlink_to(outside)
    with pytest.raises(InvalidInput, match=f"^{name}: the link leads out"):
        read(root)


def test_a_link_within_is_followed(root: Path) -> None:
    (root / "data" / "again.csv").symlink_to(root / "data" / "train.csv")
    assert "again.csv" in {file.name for file in read(root).data}


def test_a_circle_of_links_ends(root: Path) -> None:
    (root / "data" / "night" / "round").symlink_to(root / "data")
    with pytest.raises(InvalidInput, match="leads back to a folder that holds it"):
        read(root)


def test_a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(root: Path) -> None:
    (root / "solution.csv").unlink()
    os.mkfifo(root / "solution.csv")
    with pytest.raises(InvalidInput, match="no plain file"):
        read(root)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"competition-metadata.json": "{}"}, "competition.toml and competition-metadata.json: keep one"),
        ({"metric.py": "def score(): ..."}, "one without the other"),
        ({"competition.toml": DECLARED + 'metric.name = "custom"\n'}, "one without the other"),
        ({"rules.md": "x" * (1 << 21)}, "rules.md: it is longer"),
        ({"data/C:\\owls.csv": "id"}, "cannot be a path"),
    ],
)
def test_what_does_not_fit_together_is_told(root: Path, files: dict[str, str], told: str) -> None:
    for name, content in files.items():
        (root / name).write_text(content)
    with pytest.raises(InvalidInput) as refused:
        read(root)
    assert told in refused.value.message
    assert "\n" not in refused.value.message


def test_a_custom_metric_declares_what_is_better(root: Path) -> None:
    (root / "metric.py").write_text("def score(): ...")
    (root / "competition.toml").write_text(DECLARED + 'metric.name = "custom"\n')
    with pytest.raises(InvalidInput, match="higher_is_better"):
        read(root)
    (root / "competition.toml").write_text(
        DECLARED + 'metric.name = "custom"\nmetric.higher_is_better = false\n'
    )
    assert read(root).declared.setup["higher_is_better"] is False


def test_a_page_that_is_not_utf_8_is_named(root: Path) -> None:
    (root / "rules.md").write_bytes(b"caf\xe9")
    with pytest.raises(InvalidInput, match=r"^rules\.md: it is not UTF-8"):
        read(root)


def test_an_archive_alone_is_refused_since_it_would_be_taken_apart(root: Path) -> None:
    (root / "data" / "train.csv").unlink()
    (root / "data" / "night" / "test.csv").rename(root / "data" / "night" / "test.csv.zip")
    with pytest.raises(InvalidInput, match=r"^data/night/test\.csv\.zip: an archive alone"):
        read(root)


def test_the_data_may_have_the_sample_submission_themselves(root: Path) -> None:
    (root / "data" / "sample_submission.csv").write_text("id,owls\n")
    found = read(root)
    assert found.data_with_sample == found.data


def test_data_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "competition.toml").write_text(DECLARED)
    (tmp_path / "data").write_text("")
    with pytest.raises(InvalidInput, match=r"^data: it is no folder"):
        read(tmp_path)


@pytest.mark.parametrize("place", ["nowhere", "rules.md"])
def test_a_place_without_a_competition_is_told_so(root: Path, place: str) -> None:
    with pytest.raises(BrantError, match="no folder"):
        read(root / place)
    (root / "competition.toml").unlink()
    with pytest.raises(InvalidInput, match=r"neither competition\.toml nor competition-metadata\.json"):
        read(root)
