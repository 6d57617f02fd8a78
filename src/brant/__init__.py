"""The library's public face, with the functions of the official one; nothing is loaded until it is used."""

from brant._version import VERSION

__all__ = ["__version__", "competition_download", "dataset_download", "dataset_upload", "login", "whoami"]

__version__ = VERSION

# Where each public name lives (PEP 562), so that importing brant loads nothing else.
_HOMES = {
    "competition_download": "brant.hub.competitions",
    "dataset_download": "brant.hub.datasets",
    "dataset_upload": "brant.hub.datasets",
    "login": "brant.hub.auth",
    "whoami": "brant.hub.auth",
}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brant.hub.auth import login, whoami
    from brant.hub.competitions import competition_download
    from brant.hub.datasets import dataset_download, dataset_upload


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'brant' has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
