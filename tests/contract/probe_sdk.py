"""Runs inside the official environment: prints as JSON what the installed kagglesdk declares and does.

Modes: `describe` (methods, messages, enums), `read` (stdin: [[type, json text], …] -> the values it parses),
`write` (stdin: {"types", "count", "seed"} -> [[type, json text, values], …] of random messages).
"""

import enum
import importlib
import json
import pkgutil
import random
import sys
from datetime import UTC, datetime, timedelta, timezone

import kagglesdk
from google.protobuf.field_mask_pb2 import FieldMask
from kagglesdk.kaggle_client import KaggleClient
from kagglesdk.kaggle_object import KaggleObject, ListSerializer, MapSerializer

_SCALARS = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    datetime: "Timestamp",
    timedelta: "Duration",
}


class _Placeholder:
    """Formats as its own name in braces, so that an address formatted with it is its template again."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        return _Placeholder(f"{self._name}.{name}")

    def __format__(self, _spec):
        return "{" + self._name + "}"


class _Placeholders(dict):
    def __missing__(self, name):
        return _Placeholder(name)


class _Recorder:
    """Stands where the SDK's HTTP client would, and notes every call instead of sending it."""

    def __init__(self):
        self.calls = []

    def call(self, service, name, request, response_type):
        self.calls.append((service, name, type(request), response_type))


def all_messages():
    """Every message class of the SDK by its qualified name."""
    for module in pkgutil.walk_packages(kagglesdk.__path__, "kagglesdk."):
        if ".types." in module.name:
            importlib.import_module(module.name)
    found, queue = {}, list(KaggleObject.__subclasses__())
    while queue:
        kind = queue.pop()
        queue.extend(kind.__subclasses__())
        found[qualified(kind)] = kind
    return found


def qualified(kind):
    return f"{kind.__module__}.{kind.__qualname__}"


def methods():
    """Every call the SDK's client can make, recorded by making it."""
    recorder = _Recorder()
    client = KaggleClient()
    for area in vars(client).values():
        for service in vars(area).values() if hasattr(area, "__dict__") else ():
            if type(service).__name__.endswith("Client") and hasattr(service, "_client"):
                service._client = recorder
                for name in dir(service):
                    if not name.startswith("_"):
                        getattr(service, name)()
    return [
        {
            "service": service,
            "name": name,
            "request": qualified(request),
            "response": qualified(response) if response else None,
            "verb": request.method(),
            "paths": sorted(_paths(request)),
            "body": request.body_fields(),
        }
        for service, name, request, response in recorder.calls
    ]


def _paths(kind):
    """The templates of all REST addresses of a request: of an empty one, then what a set field leads to."""
    found = {_template(kind())}
    for field in kind._fields:
        request = kind()
        setattr(request, field.private_field_name, _Placeholder(field.field_name))
        found.add(_template(request))
    return found


def _template(request):
    object.__setattr__(request, "to_field_map", lambda *_: _Placeholders())
    return request.endpoint()


def describe():
    messages = all_messages()
    return {
        "methods": methods(),
        "messages": {
            name: {"name": kind.__name__, "fields": [_field(field) for field in kind._fields]}
            for name, kind in messages.items()
        },
        "enums": {
            qualified(field.field_type): [member.name for member in field.field_type]
            for kind in messages.values()
            for field in kind._fields
            if _is_enum(field.field_type)
        },
    }


def _is_enum(kind):
    return isinstance(kind, enum.EnumMeta)


def _field(field):
    kind = field.field_type
    default = field.default_value
    return {
        "json": field.json_name,
        "python": field.field_name,
        "type": _SCALARS.get(kind) or kind.__name__,
        "qualified": None if kind in _SCALARS else qualified(kind),
        "repeated": isinstance(field.serializer, ListSerializer),
        "map": isinstance(field.serializer, MapSerializer),
        "optional": bool(field.optional),
        "default": default.name if _is_enum(type(default)) else default,
    }


def values(message):
    """The set fields of a message, free of any wire form."""
    return {
        field.field_name: _value(getattr(message, field.private_field_name))
        for field in message._fields
        if getattr(message, field.private_field_name) != field.default_value
    }


def _value(value):
    if isinstance(value, KaggleObject):
        return values(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, datetime):
        aware = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.replace(microsecond=aware.microsecond // 1000 * 1000).isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, FieldMask):
        return sorted(value.paths)
    return value.name if _is_enum(type(value)) else value


def read(items):
    messages = all_messages()
    return [values(messages[kind].from_json(text)) for kind, text in items]


def write(types, count, seed):
    messages, chance = all_messages(), random.Random(seed)
    made = []
    for name in types:
        for _ in range(count):
            message = _random_message(messages[name], chance, depth=2)
            made.append([name, message.to_json(), values(message)])
    return made


def _random_message(kind, chance, depth):
    message = kind()
    for field in kind._fields:
        if chance.random() < 0.6:
            value = _random_field(field, chance, depth)
            if value is not None:
                setattr(message, field.private_field_name, value)
    return message


def _random_field(field, chance, depth):
    if isinstance(field.serializer, MapSerializer):
        items = {f"key {number}": _random_value(field.field_type, chance, depth) for number in range(2)}
        return {name: item for name, item in items.items() if item is not None}
    if isinstance(field.serializer, ListSerializer):
        items = [_random_value(field.field_type, chance, depth) for _ in range(chance.randrange(3))]
        return [item for item in items if item is not None]
    return _random_value(field.field_type, chance, depth)


def _random_value(kind, chance, depth):
    if _is_enum(kind):
        return chance.choice(list(kind))
    if issubclass(kind, KaggleObject):
        return _random_message(kind, chance, depth - 1) if depth else None
    if kind is datetime:
        # What official programs hand over: naive values, aware ones, and aware ones of another zone.
        zone = chance.choice([None, UTC, timezone(timedelta(hours=chance.randrange(-11, 12)))])
        return datetime(
            chance.randrange(1971, 2099),
            chance.randrange(1, 13),
            chance.randrange(1, 29),
            chance.randrange(24),
            chance.randrange(60),
            chance.randrange(60),
            chance.randrange(1000) * 1000,
            zone,
        )
    if kind is FieldMask:
        return FieldMask(paths=["title", "rules_required"])
    if kind is timedelta:
        # The SDK loses days and writes fractions wrongly (kaggle_object.py, TimeDeltaSerializer).
        return timedelta(seconds=chance.randrange(86_400))
    return {
        bool: lambda: chance.random() < 0.5,
        int: lambda: chance.choice([0, 1, -1, 2**31, 2**53 - 1, chance.randrange(10**6)]),
        float: lambda: chance.choice([0.0, 0.25, -1.5, 1e-9, chance.random()]),
        str: lambda: chance.choice(["", "a", "Pinguïn 企鹅 🐧", 'say "no"\\\n', "None", "null", "x" * 300]),
    }[kind]()


def main(mode):
    answer = describe() if mode == "describe" else None
    if mode == "read":
        answer = read(json.load(sys.stdin))
    if mode == "write":
        answer = write(**json.load(sys.stdin))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
