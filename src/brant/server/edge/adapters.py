"""Adapters: what one client needs beyond the contract, each with the line of the client that forces it.

kaggle 1.6.17 and kagglehub 0.3.13 speak REST; kaggle 2.2.4, kagglehub 1.0.2 and kagglesdk 0.1.37 speak RPC.
Line numbers are those of the files in their wheels. A test in tests/server fails without each of these.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from brant.contract.accounts import GENERATE_ACCESS_TOKEN, HELLO, INTROSPECT_TOKEN
from brant.contract.datasets import GET_DATASET_STATUS, LIST_DATASETS, UPDATE_DATASET_METADATA
from brant.contract.oauth import EXCHANGE_OAUTH_TOKEN
from brant.server.domain.actor import Handler
from brant.server.edge.routes import AnyMethod, Match

if TYPE_CHECKING:
    from mimetypes import MimeTypes

Fields = dict[str, Any]


def _bare_datasets(fields: Fields) -> object:
    """kaggle 1.6.17 kaggle/api/kaggle_api_extended.py:1202 iterates the answer itself, a list of datasets."""
    return fields["datasets"]


def _bare_status(fields: Fields) -> object:
    """kaggle 1.6.17 kaggle/cli.py:79 prints the whole answer as the status: a lower-case word, no object."""
    return str(fields["status"]).lower()


def _errors_with_messages(fields: Fields) -> object:
    """kaggle 1.6.17 kaggle/api/kaggle_api_extended.py:1294 prints `message` of each error."""
    return {**fields, "errors": [{"message": error} for error in fields["errors"]]}


_REST_SHAPES: Final[Mapping[AnyMethod, Callable[[Fields], object]]] = {
    LIST_DATASETS: _bare_datasets,
    GET_DATASET_STATUS: _bare_status,
    UPDATE_DATASET_METADATA: _errors_with_messages,
}


def rest_shape(method: AnyMethod, fields: Fields) -> object:
    """The REST answer in the shape that older official clients read."""
    shape = _REST_SHAPES.get(method)
    return fields if shape is None else shape(fields)


def ignores_wrong_credentials(method: AnyMethod) -> bool:
    """Whether wrong credentials count as none.

    kaggle 2.2.4 kaggle/api/kaggle_api_extended.py:1347 introspects each token with itself as credentials, and
    a 401 ends it with a traceback; 200 with `active` false makes it try its next source.
    """
    return method is INTROSPECT_TOKEN


def means_nobody(name: str, secret: str) -> bool:
    """Whether a user name and a key count as no credentials at all.

    kaggle 1.6.17 kaggle/configuration.py:217 makes a Basic header of an empty name and an empty key where it
    has none, as for `kaggle datasets download` of a public dataset.
    """
    return name == "" and secret == ""


def error_status(match: Match, status: int) -> int:
    """The HTTP status for an error whose `code` is `status`.

    kagglehub 0.3.13 kagglehub/auth.py:120 finds out about wrong credentials by `code` in a good answer; the
    HTTP status 401 ends its `login()` with a traceback (kagglehub/exceptions.py:63).
    """
    return 200 if match.method is HELLO and match.form == "rest" and status == 401 else status


_USED_PAST_THE_END: Final = 1800


def _told_earlier(answer: Any) -> object:
    """kagglesdk 0.1.37 kagglesdk/kaggle_creds.py:117 uses a token for 30 minutes longer than it is told.

    So it is told so much less; a life shorter than that cannot be helped.
    """
    answer.expires_in = max(1, answer.expires_in - _USED_PAST_THE_END)
    return answer


_ANSWERS: Final[Mapping[AnyMethod, Callable[[Any], object]]] = {
    EXCHANGE_OAUTH_TOKEN: _told_earlier,
    GENERATE_ACCESS_TOKEN: _told_earlier,
}


def adapted(handlers: Mapping[AnyMethod, Handler]) -> Mapping[AnyMethod, Handler]:
    """The handlers, with answers as official clients need them."""
    return {method: _adapted(handler, _ANSWERS.get(method)) for method, handler in handlers.items()}


def _adapted(handler: Handler, change: Callable[[Any], object] | None) -> Handler:
    if change is None:
        return handler
    return lambda context, request: change(handler(context, request))


_JSON: Final = ("application/json", "application/manifest+json", "application/ld+json")


@cache
def _types() -> "MimeTypes":
    """The types that Python itself knows: the same on every machine."""
    from mimetypes import MimeTypes

    return MimeTypes()


def media_type(name: str) -> str:
    """The media type of a stored file called `name`; never JSON.

    kagglesdk 0.1.37 kagglesdk/kaggle_http_client.py:128 takes what is typed application/json for an answer
    of the API: a JSON Lines file fails, and a document with a `code` of 400 or more is raised as an error.
    """
    guess, encoding = _types().guess_type(name)
    if guess is None or encoding is not None or guess in _JSON or guess.endswith("json"):
        return "application/octet-stream"
    return guess
