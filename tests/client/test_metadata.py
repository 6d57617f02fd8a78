"""dataset-metadata.json: every broken rule is said at once, one clear line each, naming file and key."""

import json
from pathlib import Path
from typing import Any

import pytest

from brant.client.datasets.metadata_file import Column, for_create, for_version, init, load
from brant.client.datasets.updating import settings_of
from brant.contract.dataset_messages import CollaboratorType
from brant.contract.handles import DatasetHandle
from brant.errors import DestinationExists, InvalidInput, LocalFailure, NotFound

GOOD = {"id": "ada/palmer-penguins", "title": "Palmer penguins", "licenses": [{"name": "CC0-1.0"}]}


def write(folder: Path, values: object, name: str = "dataset-metadata.json") -> Path:
    (folder / name).write_text(values if isinstance(values, str) else json.dumps(values))
    return folder


def test_good_metadata_is_read_in_full(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x\n1\n")
    write(
        tmp_path,
        {
            **GOOD,
            "subtitle": "Three species, three islands",
            "description": "# Penguins",
            "keywords": ["biology", "animals"],
            "resources": [
                {
                    "path": "data.csv",
                    "description": "all of them",
                    "schema": {
                        "fields": [
                            {"name": "species", "title": "kind", "type": "String"},
                            {"name": "mass", "description": "in g", "type": "Number"},
                            {"name": "day", "type": "date"},
                            {"name": "where", "type": "Latitude"},
                            {"name": "plain"},
                        ]
                    },
                }
            ],
        },
    )

    described = for_create(load(tmp_path))

    assert described.handle == DatasetHandle("ada", "palmer-penguins")
    assert (described.title, described.license_name) == ("Palmer penguins", "CC0-1.0")
    assert described.subtitle == "Three species, three islands"
    assert described.keywords == ["biology", "animals"]
    assert described.resources["data.csv"].columns == (
        Column("species", "string", "string", "kind"),
        Column("mass", "numeric", "number", "in g"),
        Column("day", "string", "date", ""),
        Column("where", "latitude", "latitude", ""),
        Column("plain", None, None, ""),
    )


def test_the_old_file_name_is_read_where_the_new_one_is_missing(tmp_path: Path) -> None:
    write(tmp_path, {**GOOD, "title": "From the old one"}, "datapackage.json")
    assert for_create(load(tmp_path)).title == "From the old one"

    write(tmp_path, GOOD)
    assert for_create(load(tmp_path)).title == "Palmer penguins"


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key not in keys}


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (without("id"), "id: is missing"),
        ({**GOOD, "id": "penguins"}, "id: .*expected owner/slug"),
        ({**GOOD, "id": 7}, "id: must be a text"),
        ({**GOOD, "id": "ada/INSERT_SLUG_HERE"}, "id: this is still the template's"),
        ({**GOOD, "id": "ada/short"}, "id: the slug is 6 to 50 characters long, 'short' has 5"),
        ({**GOOD, "id": "ada/" + "s" * 51}, "id: the slug is 6 to 50 .* has 51"),
        ({**GOOD, "id": "ada/penguins/versions/3"}, "id: must not name a version: write ada/penguins"),
        (without("title"), "title: is missing"),
        ({**GOOD, "title": "INSERT_TITLE_HERE"}, "title: this is still the template's"),
        ({**GOOD, "title": "short"}, "title: a title is 6 to 50 characters long, this one has 5"),
        ({**GOOD, "title": "t" * 51}, "title: .* has 51"),
        (without("licenses"), "licenses: is missing"),
        ({**GOOD, "licenses": []}, "licenses: .*exactly one licence, it has 0 entries"),
        ({**GOOD, "licenses": [{"name": "a"}, {"name": "b"}]}, "licenses: .*2 entries"),
        ({**GOOD, "licenses": "CC0-1.0"}, "licenses: .*no list"),
        ({**GOOD, "licenses": ["CC0-1.0"]}, "licenses: .*object with its name"),
        ({**GOOD, "licenses": [{"name": ""}]}, "licenses: .*object with its name"),
        ({**GOOD, "subtitle": "s" * 19}, "subtitle: a subtitle is 20 to 80 characters long, this one has 19"),
        ({**GOOD, "subtitle": "s" * 81}, "subtitle: .* has 81"),
        ({**GOOD, "description": ["no"]}, "description: must be a text"),
        ({**GOOD, "keywords": "biology"}, "keywords: must be a list of texts"),
        ({**GOOD, "resources": {"path": "x"}}, "resources: must be a list"),
        ({**GOOD, "resources": ["x"]}, r"resources\[0\]: must be an object with a path"),
        ({**GOOD, "resources": [{"path": "gone.csv"}]}, r"resources\[0\].path: there is no file 'gone.csv'"),
        ({**GOOD, "resources": [{"path": "n" * 300}]}, r"resources\[0\].path: there is no file"),
        ({**GOOD, "resources": [{"path": "../out"}]}, r"resources\[0\].path: .*leads out of the folder"),
        ({**GOOD, "resources": [{"path": "/etc/passwd"}]}, r"resources\[0\].path: .*leads out"),
        ({**GOOD, "resources": [{"path": "a"}, {"path": "a"}]}, r"resources\[1\].path: 'a' is listed twice"),
        ({**GOOD, "resources": [{"path": "a", "schema": []}]}, r"resources\[0\].schema: must look like"),
        (
            {**GOOD, "resources": [{"path": "a", "schema": {"fields": [{"type": "string"}]}}]},
            r"resources\[0\].schema.fields\[0\]: must be an object with a name",
        ),
    ],
)
def test_each_broken_rule_of_a_new_dataset_is_one_line(
    tmp_path: Path, values: dict[str, Any], complaint: str
) -> None:
    (tmp_path / "a").write_text("")
    write(tmp_path, values)

    with pytest.raises(InvalidInput, match=f"^dataset-metadata.json: {complaint}") as caught:
        for_create(load(tmp_path))
    assert "\n" not in caught.value.message


def test_all_broken_rules_are_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, {"id": "ada/x", "subtitle": "short", "resources": [{"path": "gone"}]})

    with pytest.raises(InvalidInput) as caught:
        for_create(load(tmp_path))
    keys = [line.split(": ")[1] for line in caught.value.message.splitlines()]
    assert keys == ["id", "title", "licenses", "subtitle", "resources[0].path"]


def test_very_many_complaints_are_cut_short(tmp_path: Path) -> None:
    write(tmp_path, {**GOOD, "resources": [{"path": f"gone-{number}"} for number in range(1000)]})

    with pytest.raises(InvalidInput, match=r"and 980 more$") as caught:
        for_create(load(tmp_path))
    assert len(caught.value.message.splitlines()) == 21


def test_a_licence_name_is_not_checked_against_a_list(tmp_path: Path) -> None:
    write(tmp_path, {**GOOD, "licenses": [{"name": "my own"}]})

    assert for_create(load(tmp_path)).license_name == "my own"


def test_a_version_goes_by_number_or_handle_and_needs_no_title(tmp_path: Path) -> None:
    write(tmp_path, {"id_no": "17", "id": "ada/tiny"})
    described = for_version(load(tmp_path))
    assert (described.id_no, described.handle) == (17, DatasetHandle("ada", "tiny"))

    write(tmp_path, {"id_no": 17})
    assert for_version(load(tmp_path)).id_no == 17

    write(tmp_path, {"id": "ada/tiny"})
    assert for_version(load(tmp_path)).handle == DatasetHandle("ada", "tiny")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({}, "id: is missing: write .*id_no"),
        ({"id": ""}, "id: is missing"),
        ({"id": "ada/INSERT_SLUG_HERE"}, "id: this is still the template's"),
        ({"id": "penguins"}, "id: .*expected owner/slug"),
        ({"id_no": "seven", "id": "ada/penguins"}, "id_no: must be the dataset's number"),
        ({"id_no": 0}, "id_no: must be the dataset's number"),
        ({"id_no": True}, "id_no: must be the dataset's number"),
        ({"id": "ada/penguins", "subtitle": "short"}, "subtitle: .*20 to 80"),
    ],
)
def test_each_broken_rule_of_a_version_is_one_line(
    tmp_path: Path, values: dict[str, Any], complaint: str
) -> None:
    write(tmp_path, values)

    with pytest.raises(InvalidInput, match=f"^dataset-metadata.json: {complaint}"):
        for_version(load(tmp_path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"title": "x",}', r"not JSON \(line 1, column 15"),
        ("[1]", "no JSON object"),
        ("", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_object_says_where(tmp_path: Path, content: str, words: str) -> None:
    write(tmp_path, content)

    with pytest.raises(InvalidInput, match=words):
        load(tmp_path)


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    (tmp_path / "dataset-metadata.json").write_bytes('{"title": "Größe"}'.encode("latin-1"))

    with pytest.raises(InvalidInput, match="not UTF-8"):
        load(tmp_path)


def test_a_missing_folder_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no folder"):
        load(tmp_path / "gone")
    with pytest.raises(NotFound, match="brant datasets init"):
        load(tmp_path)


def test_the_template_is_written_once_and_refused_as_it_stands(tmp_path: Path) -> None:
    path = init(tmp_path, "ada")

    assert json.loads(path.read_text())["id"] == "ada/INSERT_SLUG_HERE"
    with pytest.raises(InvalidInput) as caught:
        for_create(load(tmp_path))
    assert caught.value.message.count("this is still the template's") == 2
    path.write_text("mine")
    with pytest.raises(DestinationExists, match="is there already"):
        init(tmp_path, "ada")
    assert path.read_text() == "mine"
    with pytest.raises(NotFound):
        init(tmp_path / "gone", "ada")


def test_the_template_cannot_be_written_where_a_folder_is(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/dataset-metadata.json").mkdir()

    with pytest.raises((LocalFailure, DestinationExists)):
        init(tmp_path / "sub", "ada")


def test_every_key_of_an_update_reaches_the_wire(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "info": {
                "title": "New title",
                "subtitle": "s",
                "description": "d",
                "isPrivate": True,
                "licenses": [{"name": "CC0-1.0"}],
                "keywords": ["biology"],
                "collaborators": [
                    {"username": "grace", "role": "writer"},
                    {"groupSlug": "lab", "role": "READER"},
                ],
                "data": [{"name": "a.csv", "description": "x", "columns": [{"name": "y", "type": "string"}]}],
                "userSpecifiedSources": "field notes",
                "expectedUpdateFrequency": "weekly",
            }
        },
    )

    settings = settings_of(load(tmp_path))

    assert (settings.title, settings.subtitle, settings.description) == ("New title", "s", "d")
    assert settings.is_private is True
    assert [licence.name for licence in settings.licenses] == ["CC0-1.0"]
    assert settings.keywords == ["biology"]
    assert [(one.username, one.group_slug, one.role) for one in settings.collaborators] == [
        ("grace", None, CollaboratorType.WRITER),
        (None, "lab", CollaboratorType.READER),
    ]
    assert settings.data[0].columns[0].name == "y"
    assert settings.user_specified_sources == "field notes"
    assert settings.expected_update_frequency == "weekly"


def test_resources_serve_an_update_where_there_is_no_data(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"resources": [{"path": "a.csv", "schema": {"fields": [{"name": "x", "type": "Number"}]}}]},
    )

    (file,) = settings_of(load(tmp_path)).data

    assert (file.name, file.columns[0].name, file.columns[0].type) == ("a.csv", "x", "number")


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"isPrivate": "true"}, "isPrivate: must be true or false"),
        ({"title": 5}, "title: must be a text"),
        ({"licenses": ["x"]}, "licenses: must be a list of objects"),
        ({"licenses": [{}]}, r"licenses\[0\].name: is missing"),
        ({"collaborators": [{"role": "reader"}]}, r"collaborators\[0\]: must name a user"),
        ({"collaborators": [{"username": "x"}]}, r"collaborators\[0\].role: is missing"),
        (
            {"collaborators": [{"username": "x", "role": "king"}]},
            r"collaborators\[0\].role: 'king' is none of reader, writer, owner, admin",
        ),
        ({"data": [{"description": "x"}]}, r"data\[0\].name: is missing"),
        ({"data": "x"}, "data: must be a list of objects"),
        ({"data": [{"name": "x", "columns": 5}]}, "columns: must be a list of objects"),
    ],
)
def test_each_broken_rule_of_an_update_is_one_line(
    tmp_path: Path, values: dict[str, Any], complaint: str
) -> None:
    write(tmp_path, values)

    with pytest.raises(InvalidInput, match=f"^dataset-metadata.json: {complaint}"):
        settings_of(load(tmp_path))
