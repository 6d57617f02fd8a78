"""What we write the installed SDK reads, and what it writes we read, for random messages of every kind."""

import json
import random
from datetime import UTC, datetime
from typing import Any

import msgspec

from brant.contract import codec
from brant.contract.codec import Duration, FieldMask, Message, Timestamp, WireEnum
from tests.contract import declared
from tests.contract.conftest import Probe

_EACH = 25
_SEED = 20260131


def test_the_sdk_reads_what_we_write(probe: Probe, sdk: dict[str, Any]) -> None:
    chance = random.Random(_SEED)
    sent = [
        (declared.qualified_name(sdk, kind), _random_message(kind, chance, depth=2))
        for kind in declared.messages()
        for _ in range(_EACH)
    ]
    read = probe("read", [[name, codec.encode(message).decode()] for name, message in sent])
    for (name, message), theirs in zip(sent, read, strict=True):
        assert theirs == declared.values(message), name


def test_we_read_what_the_sdk_writes(probe: Probe, sdk: dict[str, Any]) -> None:
    kinds = {declared.qualified_name(sdk, kind): kind for kind in declared.messages()}
    written = probe("write", {"types": list(kinds), "count": _EACH, "seed": _SEED})
    assert len(written) == _EACH * len(kinds)
    for name, text, theirs in written:
        assert declared.values(codec.decode_request(text.encode(), kinds[name])) == theirs, text


def test_the_rpc_form_leaves_out_defaults_and_nulls() -> None:
    chance = random.Random(_SEED)
    for kind in declared.messages():
        assert codec.encode(kind()) == b"{}"
        for _ in range(_EACH):
            message = _random_message(kind, chance, depth=2)
            written = json.loads(codec.encode(message))
            assert written.keys() == {
                field.encode_name
                for field in msgspec.structs.fields(kind)
                if field.name in declared.values(message)
            }
            assert "null" not in _leaves(written)


def test_the_rest_form_has_every_field_and_no_null_text(sdk: dict[str, Any]) -> None:
    chance = random.Random(_SEED)
    for kind in declared.messages():
        fields = sdk["messages"][declared.qualified_name(sdk, kind)]["fields"]
        for message in (kind(), *(_random_message(kind, chance, depth=1) for _ in range(_EACH))):
            written = codec.to_rest(message)
            json.dumps(written)
            assert list(written) == [field["json"] for field in fields]
            for field in fields:
                if field["type"] == "str" and not field["repeated"] and not field["map"]:
                    assert isinstance(written[field["json"]], str)
                if field["repeated"]:
                    assert isinstance(written[field["json"]], list)


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return ["null"] if value is None else ["value"]


def _random_message(kind: type[Message], chance: random.Random, depth: int) -> Message:
    chosen = {}
    for field in msgspec.structs.fields(kind):
        if chance.random() < 0.6:
            element = declared.element(field.type)
            if declared.is_map(field):
                chosen[field.name] = {"a key": _random_value(element, chance, depth)}
            elif declared.field(field)["repeated"]:
                items = [_random_value(element, chance, depth) for _ in range(chance.randrange(3))]
                chosen[field.name] = [item for item in items if item is not None]
            elif (value := _random_value(element, chance, depth)) is not None:
                chosen[field.name] = value
    return kind(**chosen)


def _random_value(kind: Any, chance: random.Random, depth: int) -> Any:
    if issubclass(kind, WireEnum):
        return chance.choice(list(kind))
    if issubclass(kind, Message):
        return _random_message(kind, chance, depth - 1) if depth else None
    if kind is Timestamp:
        return Timestamp.of(datetime.fromtimestamp(chance.randrange(4 * 10**12) / 1000, UTC))
    if kind is FieldMask:
        return FieldMask("title,rulesRequired")
    if kind is Duration:
        return Duration(seconds=chance.randrange(10**7))
    return {
        bool: lambda: chance.random() < 0.5,
        int: lambda: chance.choice([0, 1, -1, 2**31, 2**53 - 1, chance.randrange(10**6)]),
        float: lambda: chance.choice([0.0, 0.25, -1.5, 1e-9, chance.random()]),
        str: lambda: chance.choice(["", "a", "Pinguïn 企鹅 🐧", 'say "no"\\\n', "None", "null", "x" * 300]),
    }[kind]()
