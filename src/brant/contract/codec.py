"""The wire's JSON rules: names, enums, dates and durations, in the RPC form and in the REST form.

Sources: contract/behaviour.md §4, contract/wire.json `transport.encodings`; design.md "One Method, two forms".
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self, TypeVar, cast

import msgspec

from brant.errors import InvalidInput

M = TypeVar("M", bound="Message")

_TIMESTAMP: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(?:Z|([+-])(\d\d):?(\d\d)Z?)?"
)
# The parser gives up on what is nested too deeply by a RecursionError.
_NOT_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_CAPITAL: Final = re.compile(r"(?<!^)[A-Z]")
_SNAKE: Final = re.compile(r"_([a-z0-9])")
_DURATION: Final = re.compile(r"(-?)(\d+)(?:\.(\d{1,9}))?s")


class Message(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """What one call carries, or answers. Field names are camelCase on the wire; defaults are left out."""


class WireEnum(StrEnum):
    """An enum whose members travel by name; a number never does.

    Words are read as official parsers read them: any case, camelCase, or only the part after the common prefix.
    A word that this version does not know is kept as it is, with `known` False, so that an answer of a newer server
    can still be read; `decode_request` refuses it.
    """

    @staticmethod
    def _generate_next_value_(name: str, *_: object) -> str:
        return name

    @property
    def known(self) -> bool:
        """Whether this is one of the declared members."""
        return self.name in type(self).__members__

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str) or not value:
            return None
        wanted = _bare(value)
        for member in cls:
            bare = _bare(member.name)
            if bare == wanted or (bare.endswith(wanted) and bare[: -len(wanted)] == cls._prefix()):
                return member
        stranger = str.__new__(cls, value)
        stranger._name_ = stranger._value_ = value
        return stranger

    @classmethod
    def _prefix(cls) -> str:
        """What all members begin with, up to an underscore, in the form that `_bare` gives."""
        names = list(cls.__members__)
        shared = names[0]
        for name in names[1:]:
            while not name.startswith(shared):
                shared = shared[:-1]
        return _bare(shared[: shared.rfind("_") + 1])


def _bare(word: str) -> str:
    return word.replace("_", "").lower()


class Timestamp(datetime):
    """A point in time, always in UTC; `2026-01-31T12:00:00.000Z` on the wire."""

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """`moment` as a Timestamp; one without a zone counts as UTC."""
        utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return cls(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, UTC)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads every form that clients send, `…000+00:00Z` included. Raises ValueError for any other."""
        found = _TIMESTAMP.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text[:40]!r} is no time: write it as 2027-01-01T00:00:00Z")
        year, month, day, hour, minute, second, fraction, sign, off_hours, off_minutes = found.groups()
        micros = int((fraction or "0").ljust(9, "0")[:6])
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micros, UTC
        )
        if sign:
            offset = timedelta(hours=int(off_hours), minutes=int(off_minutes))
            moment = moment - offset if sign == "+" else moment + offset
        return cls.of(moment)

    def wire(self) -> str:
        """Milliseconds and `Z`: the one form that every official parser reads rightly."""
        utc = self.astimezone(UTC)
        return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


class Duration(timedelta):
    """A length of time; `43200s` on the wire."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads decimal seconds with the suffix `s`. Raises ValueError for any other form."""
        found = _DURATION.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"not a duration: {text[:40]!r}")
        sign, seconds, fraction = found.groups()
        length = timedelta(seconds=int(seconds), microseconds=int((fraction or "0").ljust(9, "0")[:6]))
        if sign:
            length = -length
        return cls(days=length.days, seconds=length.seconds, microseconds=length.microseconds)

    def wire(self) -> str:
        """Whole seconds where it can be, `0s` for none."""
        micros = self // timedelta(microseconds=1)
        sign, (seconds, fraction) = "-" if micros < 0 else "", divmod(abs(micros), 1_000_000)
        return f"{sign}{seconds}" + (f".{fraction:06d}".rstrip("0") if fraction else "") + "s"


class FieldMask(str):
    """Which fields are meant: `title,rulesRequired` on the wire."""

    __slots__ = ()

    @property
    def fields(self) -> frozenset[str]:
        """Their names as attributes of a message: `rules_required`."""
        words = (word.strip() for word in self.split(","))
        return frozenset(_CAPITAL.sub(lambda found: "_" + found[0].lower(), word) for word in words if word)

    @classmethod
    def of(cls, *fields: str) -> Self:
        """The mask of these attributes."""
        return cls(",".join(_SNAKE.sub(lambda found: found[1].upper(), field) for field in sorted(fields)))


def encode(message: Message) -> bytes:
    """The RPC form: one JSON object without defaults and without nulls."""
    return _encoder.encode(message)


def decode(data: bytes, kind: type[M]) -> M:
    """Reads the RPC form; unknown fields are ignored, a null counts as absent. Raises InvalidInput."""
    try:
        return msgspec.json.decode(data or b"{}", type=kind, dec_hook=_read)
    except msgspec.ValidationError:
        return from_builtins(_parse(data), kind)
    except _NOT_JSON as error:
        raise InvalidInput(f"the body is not JSON: {error}") from None


def decode_request(data: bytes, kind: type[M]) -> M:
    """As `decode`, but refuses an enum word that is not declared."""
    message = decode(data, kind)
    refuse_unknown_words(message)
    return message


def from_builtins(value: object, kind: type[M], *, strict: bool = True) -> M:
    """A message from dicts and lists; with `strict` False also from the texts of a query. Raises InvalidInput."""
    try:
        return msgspec.convert(_without_nulls(value), kind, strict=strict, dec_hook=_read)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{_noun(kind)}: {_complaint(error)}") from None
    except RecursionError:
        raise InvalidInput(f"{_noun(kind)}: it is nested too deeply") from None


def decode_rest(kind: type[M], *, params: Mapping[str, str], body: bytes, body_field: str | None) -> M:
    """Reads the REST form: `params` of path and query, and a JSON body that is the message or one field of it.

    Names match whatever their case or underscores (older clients send `dataset_version_number`, `filetype`); the text
    `None` and empty texts count as absent; unknown names are ignored. Raises InvalidInput.
    """
    names = {_bare(field.encode_name): field.encode_name for field in msgspec.structs.fields(kind)}
    merged: dict[str, Any] = {}
    if body_field is not None and body.strip():
        content = _parse(body)
        if body_field == "*":
            merged.update(content if isinstance(content, dict) else {})
        else:
            merged[body_field] = content
    for name, value in params.items():
        known = names.get(_bare(name))
        if known is not None and value not in ("", "None"):
            merged[known] = value
    message = from_builtins(merged, kind, strict=False)
    refuse_unknown_words(message)
    return message


def to_rest(message: Message) -> dict[str, Any]:
    """The REST form: every field is there, an absent text as `""`, any other absent value as null."""
    return {
        field.encode_name: _rest_value(getattr(message, field.name), field.type)
        for field in msgspec.structs.fields(type(message))
    }


def refuse_unknown_words(message: Message) -> None:
    """Raises InvalidInput for the first enum word in `message` that is not declared; it names the words that are."""
    for name in message.__struct_fields__:
        value = getattr(message, name)
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, Message):
                refuse_unknown_words(item)
            elif isinstance(item, WireEnum) and not item.known:
                words = ", ".join(type(item).__members__)
                raise InvalidInput(f"{name}: {str.__str__(item)[:60]!r} is none of {words}")


def _rest_value(value: object, annotation: object) -> object:
    if isinstance(value, Message):
        return to_rest(value)
    if isinstance(value, list):
        return [_rest_value(item, None) for item in value]
    if isinstance(value, (Timestamp, Duration)):
        return value.wire()
    if isinstance(value, WireEnum):
        return value.value
    if value is None and annotation == (str | None):
        return ""
    return value


def _write(value: object) -> object:
    if isinstance(value, (Timestamp, Duration)):
        return value.wire()
    if isinstance(value, FieldMask):
        return str(value)
    raise NotImplementedError(type(value))


def _read(kind: type, value: object) -> object:
    if issubclass(kind, (Timestamp, Duration)) and isinstance(value, str):
        try:
            return kind.parse(value)
        except OverflowError:
            pass  # a year, or a number of days, that no date has
    if issubclass(kind, FieldMask) and isinstance(value, str):
        return kind(value)
    raise ValueError(f"expected a {kind.__name__.lower()} as text")


def _parse(data: bytes) -> object:
    try:
        return msgspec.json.decode(data)
    except _NOT_JSON as error:
        raise InvalidInput(f"the body is not JSON: {error}") from None


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: _without_nulls(item)
            for key, item in cast("dict[str, object]", value).items()
            if item is not None
        }
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def _noun(kind: type[Message]) -> str:
    return kind.__name__.removeprefix("Api").removesuffix("Request") or kind.__name__


def _complaint(error: msgspec.ValidationError) -> str:
    return str(error).replace("`$.", "`").replace(" - at `$`", "")


_encoder: Final = msgspec.json.Encoder(enc_hook=_write)
