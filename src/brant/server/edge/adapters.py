"""Adapters: what one client needs beyond the contract, each with the line of the client that forces it.

kaggle 1.6.17 and kagglehub 0.3.13 speak REST; kaggle 2.2.4, kagglehub 1.0.2 and kagglesdk 0.1.37 speak RPC.
Line numbers are those of the files in their wheels. A test in tests/server fails without each of these.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from brant.contract.accounts import GENERATE_ACCESS_TOKEN, HELLO, INTROSPECT_TOKEN
from brant.contract.competitions import (
    CREATE_SUBMISSION,
    LIST_COMPETITIONS,
    LIST_SUBMISSIONS,
    START_SUBMISSION_UPLOAD,
)
from brant.contract.datasets import GET_DATASET_STATUS, LIST_DATASETS, UPDATE_DATASET_METADATA
from brant.contract.oauth import EXCHANGE_OAUTH_TOKEN
from brant.errors import InvalidInput
from brant.server.domain.actor import Handler
from brant.server.edge.routes import AnyMethod, Match

if TYPE_CHECKING:
    from mimetypes import MimeTypes

Fields = dict[str, Any]

# kaggle 1.6.17 kaggle/api/kaggle_api.py:1039 begins a submission at a path that nobody declares any more.
_SUBMISSION_URL: Final = (
    "/api/v1/competitions/{competition_name}/submissions/url/{content_length}/{last_modified_epoch_seconds}"
)
FURTHER_PATHS: Final[Mapping[AnyMethod, tuple[str, ...]]] = {START_SUBMISSION_UPLOAD: (_SUBMISSION_URL,)}
"""REST paths of older clients that the catalogue does not have."""


def _bare_datasets(fields: Fields) -> object:
    """kaggle 1.6.17 kaggle/api/kaggle_api_extended.py:1202 iterates the answer itself, a list of datasets."""
    return fields["datasets"]


def _bare_competitions(fields: Fields) -> object:
    """kaggle 1.6.17 kaggle/api/kaggle_api_extended.py:709 iterates the answer itself."""
    return fields["competitions"]


def _bare_submissions(fields: Fields) -> object:
    """kaggle 1.6.17 kaggle/api/kaggle_api_extended.py:843 iterates the answer itself."""
    return fields["submissions"]


def _bare_status(fields: Fields) -> object:
    """kaggle 1.6.17 kaggle/cli.py:79 prints the whole answer as the status: a lower-case word, no object."""
    return str(fields["status"]).lower()


def _errors_with_messages(fields: Fields) -> object:
    """kaggle 1.6.17 kaggle/api/kaggle_api_extended.py:1294 prints `message` of each error."""
    return {**fields, "errors": [{"message": error} for error in fields["errors"]]}


_REST_SHAPES: Final[Mapping[AnyMethod, Callable[[Fields], object]]] = {
    LIST_DATASETS: _bare_datasets,
    LIST_COMPETITIONS: _bare_competitions,
    LIST_SUBMISSIONS: _bare_submissions,
    GET_DATASET_STATUS: _bare_status,
    UPDATE_DATASET_METADATA: _errors_with_messages,
}


def rest_shape(method: AnyMethod, fields: Fields) -> object:
    """The REST answer in the shape that older official clients read."""
    shape = _REST_SHAPES.get(method)
    return fields if shape is None else shape(fields)


# By field and word, both in lower case; an empty word stands for none.
_OLD_WORDS: Final[Mapping[AnyMethod, Mapping[tuple[str, str], str]]] = {
    LIST_COMPETITIONS: {("category", "all"): "", ("group", "inclass"): "community"},
}


def current_words(method: AnyMethod, asked: Mapping[str, str]) -> dict[str, str]:
    """What a query says, in the words of today.

    kaggle 1.6.17 kaggle/api/kaggle_api_extended.py:309 knows groups and categories that the wire has no more.
    """
    words = _OLD_WORDS.get(method, {})
    return {name: words.get((name.lower(), value.lower()), value) for name, value in asked.items()}


_FORMS: Final = frozenset({START_SUBMISSION_UPLOAD, CREATE_SUBMISSION})
_LARGEST_FORM: Final = 64 * 1024


def form_fields(match: Match, content_type: str, body: bytes) -> Mapping[str, str]:
    """The fields of a form (RFC 7578) where older clients send one; none for any other body.

    kaggle 1.6.17 kaggle/api/kaggle_api.py:795 and :1029 send what a submission is made of as a form. Raises
    InvalidInput for one that is larger than any of these.
    """
    if match.form != "rest" or match.method not in _FORMS:
        return {}
    if not content_type.lower().startswith("multipart/form-data"):
        return {}
    if len(body) > _LARGEST_FORM:
        raise InvalidInput(f"the form is larger than {_LARGEST_FORM:,} bytes: shorten the description")
    from email import message_from_bytes
    from email.message import Message as Part

    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    try:
        payload = message_from_bytes(head + body).get_payload()
    except RecursionError:
        raise InvalidInput("the form is nested too deeply: send its fields side by side") from None
    fields: dict[str, str] = {}
    parts = payload if isinstance(payload, list) else ()
    for part in (part for part in parts if isinstance(part, Part)):
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name] = content.decode(errors="replace")
    return fields


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


def file_type(declared: str) -> str:
    """The media type of a file that is the answer of a method; never JSON, for the same reason."""
    kind = declared.partition(";")[0].strip().lower()
    return "application/octet-stream" if kind in _JSON or kind.endswith("json") else declared


def file_headers(now: datetime) -> Mapping[str, str]:
    """What clients read beside the bytes of a file that was made for this answer.

    kaggle 1.6.17 kaggle/api/kaggle_api_extended.py:1932 reads Last-Modified of a leaderboard without looking
    whether it is there.
    """
    from email.utils import format_datetime

    return {"Last-Modified": format_datetime(now.astimezone(UTC), usegmt=True)}
