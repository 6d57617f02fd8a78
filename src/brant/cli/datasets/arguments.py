"""Arguments that several verbs of `brant datasets` share."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from typing import TYPE_CHECKING

from brant.contract.handles import DatasetHandle
from brant.errors import InvalidHandle, Unauthenticated, UsageError

if TYPE_CHECKING:
    from brant.client.session import Session


def declare_handle(parser: ArgumentParser) -> None:
    """The dataset: an argument, or as older scripts write it the option -d."""
    parser.add_argument(
        "dataset", nargs="?", help="owner/slug, or owner/slug/versions/N; a slug alone is yours"
    )
    parser.add_argument("-d", "--dataset", dest="dataset_option", help=SUPPRESS)


def read_handle(parsed: Namespace) -> str:
    """The dataset as it was written. Raises UsageError when it was not."""
    text: str | None = parsed.dataset or parsed.dataset_option
    if not text:
        raise UsageError("say which dataset, as owner/slug")
    return text


def resolve(text: str, session: "Session", *, version: int | None = None) -> DatasetHandle:
    """The handle that `text` and `version` name; a slug alone is the caller's own. Raises InvalidHandle."""
    parts = text.strip().split("/")
    if len(parts) == 1 or (len(parts) == 3 and parts[1] == "versions"):
        text = f"{own_name(session)}/{text}"
    elif len(parts) == 3 and parts[2].isdecimal():
        # As the official command line writes a version.
        text = f"{parts[0]}/{parts[1]}/versions/{parts[2]}"
    handle = DatasetHandle.parse(text)
    if version is None:
        return handle
    if handle.version not in (None, version):
        raise InvalidHandle(
            f"{handle} names version {handle.version}, the option {version}: give one of them"
        )
    return DatasetHandle.parse(f"{handle.owner}/{handle.slug}/versions/{version}")


def own_name(session: "Session") -> str:
    """The caller's name; the server is asked where the credentials do not say. Raises Unauthenticated."""
    from brant.client.credentials import Anonymous

    name = session.credentials.username
    if name:
        return name
    if isinstance(session.credentials, Anonymous):
        raise Unauthenticated(
            "nobody is signed in: write owner/slug, or set KAGGLE_API_TOKEN to an access token"
        )
    from brant.contract.accounts import HELLO
    from brant.contract.method import Empty

    return session.call(HELLO, Empty()).user_name
