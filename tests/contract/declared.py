"""Our own declarations in the words of the probe, so that the two can be compared field by field."""

import types
import typing
from typing import Any

import msgspec

from brant.contract.catalog import METHODS
from brant.contract.codec import Duration, FieldMask, Message, Timestamp, WireEnum
from brant.contract.method import Empty, Method

# The one method that no SDK knows; the official library calls it by hand.
EXTRA = {("api.v1.DiagnosticsService", "Hello")}


def sdk_methods() -> list[Method[Any, Any]]:
    """The methods that the SDK has as well."""
    return [method for method in METHODS if (method.service, method.name) not in EXTRA]


def messages() -> list[type[Message]]:
    """Every message that a method of the SDK carries, nested ones included, in order of name."""
    found: dict[str, type[Message]] = {}
    queue: list[Any] = [kind for method in sdk_methods() for kind in (method.request, method.response)]
    while queue:
        kind = queue.pop()
        if not _is_a(kind, Message) or kind is Empty or kind.__name__ in found:
            continue
        found[kind.__name__] = kind
        queue.extend(element(field.type) for field in msgspec.structs.fields(kind))
    return [found[name] for name in sorted(found)]


def enums() -> list[type[WireEnum]]:
    """Every enum that those messages use."""
    found = {
        element(field.type)
        for message in messages()
        for field in msgspec.structs.fields(message)
        if _is_a(element(field.type), WireEnum)
    }
    return sorted(found, key=lambda kind: kind.__name__)


def field(declared: Any) -> dict[str, Any]:
    """One field as the probe writes it. A field that may be None counts as optional."""
    kind = element(declared.type)
    default = declared.default
    if default is msgspec.NODEFAULT:
        default = declared.default_factory()
    return {
        "json": declared.encode_name,
        "python": declared.name,
        "type": kind.__name__,
        "repeated": typing.get_origin(_bare(declared.type)) is list,
        "map": is_map(declared),
        "nullable": _bare(declared.type) is not declared.type,
        "default": str(default) if isinstance(default, WireEnum) else default,
    }


def element(annotation: Any) -> Any:
    """What a field holds one or many of: the type without its None, its list or its keys."""
    bare = _bare(annotation)
    return typing.get_args(bare)[-1] if typing.get_origin(bare) in (list, dict) else bare


def is_map(declared: Any) -> bool:
    """Whether a field holds values by their names."""
    return typing.get_origin(_bare(declared.type)) is dict


def qualified_name(sdk: dict[str, Any], kind: type[Message]) -> str:
    """Which of the SDK's messages `kind` stands for: of two that share a name, the one of its own service."""
    names = [name for name, message in sdk["messages"].items() if message["name"] == kind.__name__]
    assert names, f"the SDK has no message {kind.__name__}"
    service = kind.__module__.rpartition(".")[2].partition("_")[0]
    return next((name for name in names if f".{service}." in name), names[0])


def _bare(annotation: Any) -> Any:
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        (bare,) = (part for part in typing.get_args(annotation) if part is not type(None))
        return bare
    return annotation


def _is_a(kind: Any, base: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, base)


def values(message: Message) -> dict[str, Any]:
    """The set fields of a message, free of any wire form, as the probe writes them."""
    return {
        declared.name: _value(getattr(message, declared.name))
        for declared in msgspec.structs.fields(type(message))
        if getattr(message, declared.name) != _default(declared)
    }


def _default(declared: Any) -> Any:
    return declared.default_factory() if declared.default is msgspec.NODEFAULT else declared.default


def _value(value: Any) -> Any:
    match value:
        case Message():
            return values(value)
        case list():
            return [_value(item) for item in value]
        case Timestamp():
            return value.replace(microsecond=value.microsecond // 1000 * 1000).isoformat()
        case Duration():
            return value.total_seconds()
        case FieldMask():
            return sorted(value.fields)
    return value.name if isinstance(value, WireEnum) else value
