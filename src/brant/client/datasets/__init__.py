"""Everything that can be done with datasets, as plain functions that take the session first.

Each is imported when it is first used (PEP 562), so that a list need not wait for what moves bytes.
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from brant.client.datasets.dataset import delete, metadata, status, view
    from brant.client.datasets.downloading import current_version, source
    from brant.client.datasets.listing import all_files, files, list_datasets, tree
    from brant.client.datasets.publishing import Published, create, create_version, publish
    from brant.client.datasets.updating import save_metadata, update_metadata

__all__ = [
    "Published",
    "all_files",
    "create",
    "create_version",
    "current_version",
    "delete",
    "files",
    "list_datasets",
    "metadata",
    "publish",
    "save_metadata",
    "source",
    "status",
    "tree",
    "update_metadata",
    "view",
]

_HOMES: Final = {
    **dict.fromkeys(("delete", "metadata", "status", "view"), "dataset"),
    **dict.fromkeys(("current_version", "source"), "downloading"),
    **dict.fromkeys(("all_files", "files", "list_datasets", "tree"), "listing"),
    **dict.fromkeys(("Published", "create", "create_version", "publish"), "publishing"),
    **dict.fromkeys(("save_metadata", "update_metadata"), "updating"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
