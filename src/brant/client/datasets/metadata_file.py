"""dataset-metadata.json: read, checked against every rule at once, made from a template, written."""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from brant.client.complaints import Complaints
from brant.client.json_file import load_json
from brant.client.whole_files import write_whole
from brant.contract.handles import DatasetHandle
from brant.errors import DestinationExists, InvalidHandle, InvalidInput, NotFound

FILE_NAME: Final = "dataset-metadata.json"
# Read where the first is missing (metadata_files.json `fallback_name`).
OLD_NAME: Final = "datapackage.json"
COVER_NAMES: Final = tuple(f"dataset-cover-image{suffix}" for suffix in (".png", ".jpg", ".jpeg", ".webp"))
_TITLE_TEMPLATE: Final = "INSERT_TITLE_HERE"
_SLUG_TEMPLATE: Final = "INSERT_SLUG_HERE"

# Which word a column type goes by on the wire; any other goes as it is, in lower case (`column_type_map`).
_COLUMN_TYPES: Final = {
    **dict.fromkeys(("string", "date", "time", "yearmonth", "duration", "geopoint", "geojson"), "string"),
    **dict.fromkeys(("numeric", "number", "year"), "numeric"),
    "boolean": "boolean",
    "datetime": "datetime",
}


class Document(NamedTuple):
    """A metadata file and the object in it, without the `info` wrapper."""

    path: Path
    values: dict[str, Any]

    @property
    def folder(self) -> Path:
        return self.path.parent


class Column(NamedTuple):
    """A column of a resource; `type` is the wire's word, `original_type` the file's."""

    name: str
    type: str | None
    original_type: str | None
    description: str


class Resource(NamedTuple):
    """What is said of one file; `path` is relative to the folder, with slashes."""

    path: str
    description: str | None
    columns: tuple[Column, ...]


class Description(NamedTuple):
    """What a new dataset or version says of itself, checked. `id_no` wins over `handle` for a version."""

    path: Path
    handle: DatasetHandle | None
    id_no: int | None
    title: str
    subtitle: str | None
    description: str | None
    license_name: str
    keywords: list[str]
    resources: dict[str, Resource]


def load(folder: Path) -> Document:
    """The metadata of `folder`. Raises NotFound, LocalFailure, or InvalidInput for what is no JSON object."""
    if not folder.is_dir():
        raise NotFound(f"there is no folder {folder}: name the folder that holds the files and {FILE_NAME}")
    path = next((folder / name for name in (FILE_NAME, OLD_NAME) if (folder / name).is_file()), None)
    if path is None:
        raise NotFound(f"{folder} holds no {FILE_NAME}: make one with 'brant datasets init -p {folder}'")
    values = load_json(path)
    if isinstance(values, dict) and isinstance(values.get("info"), dict):
        values = values["info"]
    if not isinstance(values, dict):
        raise InvalidInput(f"{path} holds no JSON object: see 'brant datasets init' for its form")
    return Document(path, values)


def for_create(document: Document) -> Description:
    """What a new dataset says of itself. Raises InvalidInput, a line for each of `create_rules` broken."""
    checks = Complaints(document.path.name)
    handle = _handle(document, checks, required=True)
    if handle is not None and not 6 <= len(handle.slug) <= 50:
        checks.add("id", f"the slug is 6 to 50 characters long, {handle.slug!r} has {len(handle.slug)}")
    title = checks.text(document.values, "title", required=True)
    if title == _TITLE_TEMPLATE:
        checks.add("title", "this is still the template's: write a title of 6 to 50 characters")
    elif title and not 6 <= len(title) <= 50:
        checks.add("title", f"a title is 6 to 50 characters long, this one has {len(title)}")
    return _describe(document, checks, handle, title or "", _license(document, checks))


def for_version(document: Document) -> Description:
    """What a new version says of itself. Raises InvalidInput, with a line for each broken rule."""
    checks = Complaints(document.path.name)
    id_no = document.values.get("id_no")
    if isinstance(id_no, str) and id_no.isascii() and id_no.isdigit():
        id_no = int(id_no)
    if id_no is not None and (isinstance(id_no, bool) or not isinstance(id_no, int) or id_no < 1):
        checks.add("id_no", "must be the dataset's number, such as 123456; leave it out to go by id")
        id_no = None
    if id_no is None and "id_no" not in document.values and not document.values.get("id"):
        checks.add("id", 'is missing: write "id": "owner/slug" (or "id_no" with the dataset\'s number)')
        handle = None
    else:
        handle = _handle(document, checks, required=False)
    title = document.values.get("title")
    described = _describe(document, checks, handle, title if isinstance(title, str) else "", "")
    return described._replace(id_no=id_no)


def init(folder: Path, username: str) -> Path:
    """Write the template into `folder`. Raises DestinationExists rather than write over a file."""
    if not folder.is_dir():
        raise NotFound(f"there is no folder {folder}: make it first, or name another with -p")
    path = folder / FILE_NAME
    template = {
        "title": _TITLE_TEMPLATE,
        "id": f"{username}/{_SLUG_TEMPLATE}",
        "licenses": [{"name": "CC0-1.0"}],
    }
    if path.exists():
        raise DestinationExists(f"{path} is there already: edit it, or move it away to start anew")
    write_whole(path, json.dumps(template, indent=2) + "\n")
    return path


def _handle(document: Document, checks: Complaints, *, required: bool) -> DatasetHandle | None:
    text = checks.text(document.values, "id", required=required)
    if not text:
        return None
    try:
        handle = DatasetHandle.parse(text)
    except InvalidHandle as error:
        # The template's slug is no valid slug everywhere; say what it is.
        checks.add("id", error.message)
        return None
    if handle.slug == _SLUG_TEMPLATE:
        checks.add("id", "this is still the template's: put your dataset's slug behind your user name")
        return None
    if handle.version is not None:
        checks.add("id", f"must not name a version: write {handle.at(None)}")
    return handle.at(None)


def _license(document: Document, checks: Complaints) -> str:
    """The one licence's name; names are not checked against a list (`client_validates_license_name`)."""
    licenses = document.values.get("licenses")
    if licenses is None:
        checks.add("licenses", 'is missing: write "licenses": [{"name": "CC0-1.0"}]')
        return ""
    if not isinstance(licenses, list) or len(licenses) != 1:
        count = f"{len(licenses)} entries" if isinstance(licenses, list) else "no list"
        checks.add("licenses", f"must be a list with exactly one licence, it has {count}")
        return ""
    name = licenses[0].get("name") if isinstance(licenses[0], dict) else None
    if not isinstance(name, str) or not name.strip():
        checks.add("licenses", 'the licence must be an object with its name, such as {"name": "CC0-1.0"}')
        return ""
    return name


def _describe(
    document: Document, checks: Complaints, handle: DatasetHandle | None, title: str, license_name: str
) -> Description:
    subtitle = checks.text(document.values, "subtitle")
    if subtitle and not 20 <= len(subtitle) <= 80:
        checks.add("subtitle", f"a subtitle is 20 to 80 characters long, this one has {len(subtitle)}")
    description = checks.text(document.values, "description")
    keywords = checks.texts(document.values, "keywords")
    found = resources(document, checks, must_exist=True)
    checks.raise_if_any()
    return Description(
        document.path,
        handle,
        None,
        title,
        subtitle or None,
        description or None,
        license_name,
        keywords,
        {resource.path: resource for resource in found},
    )


def resources(document: Document, checks: Complaints, *, must_exist: bool) -> list[Resource]:
    """The `resources`, each of them with a path of its own that is there."""
    found: list[Resource] = []
    listed = document.values.get("resources") or []
    if not isinstance(listed, list):
        checks.add("resources", 'must be a list of objects, such as [{"path": "data.csv"}]')
        return found
    seen: set[str] = set()
    for number, item in enumerate(listed):
        key = f"resources[{number}]"
        path = item.get("path") if isinstance(item, dict) else None
        if not isinstance(path, str) or not path:
            checks.add(key, 'must be an object with a path, such as {"path": "data.csv"}')
            continue
        if path in seen:
            checks.add(f"{key}.path", f"{path!r} is listed twice: keep one of them")
        elif path.startswith("/") or ".." in path.split("/"):
            checks.add(f"{key}.path", f"{path!r} leads out of the folder: name a file in it")
        elif must_exist and not _exists(document.folder, path):
            checks.add(f"{key}.path", f"there is no file {path!r} in {document.folder}: correct or remove it")
        seen.add(path)
        description = checks.text(item, "description", within=key)
        found.append(Resource(path, description or None, _columns(item, checks, key)))
    return found


def _exists(folder: Path, path: str) -> bool:
    try:
        return (folder / path).exists()
    except (OSError, ValueError):
        # Longer than a name can be, or with characters that no name holds.
        return False


def _columns(item: dict[str, Any], checks: Complaints, within: str) -> tuple[Column, ...]:
    schema = item.get("schema")
    fields = schema.get("fields", []) if isinstance(schema, dict) else []
    if (schema is not None and not isinstance(schema, dict)) or not isinstance(fields, list):
        checks.add(f"{within}.schema", 'must look like {"fields": [{"name": "column", "type": "string"}]}')
        return ()
    columns: list[Column] = []
    for number, field in enumerate(fields):
        key = f"{within}.schema.fields[{number}]"
        if not isinstance(field, dict) or not isinstance(field.get("name"), str) or not field["name"]:
            checks.add(key, 'must be an object with a name, such as {"name": "column", "type": "string"}')
            continue
        kind = checks.text(field, "type", within=key)
        description = checks.text(field, "description", within=key) or checks.text(field, "title", within=key)
        original = kind.lower() if kind else None
        wire = _COLUMN_TYPES.get(original, original) if original else None
        columns.append(Column(field["name"], wire, original, description or ""))
    return tuple(columns)
