"""Every method, message, field and enum is what the installed kagglesdk declares."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from brant.contract.catalog import METHODS
from brant.contract.codec import Message, WireEnum
from brant.contract.method import Empty, Method
from tests.contract import declared

Sdk = dict[str, Any]


def _key(method: Method[Any, Any]) -> str:
    return f"{method.service}/{method.name}"


def test_the_catalogue_names_all_152_methods_of_the_wire_and_no_other(sdk: Sdk) -> None:
    of_the_sdk = {(row["service"], row["name"]) for row in sdk["methods"]}
    ours = [(method.service, method.name) for method in METHODS]
    assert len(of_the_sdk) == 152
    assert of_the_sdk - set(ours) == set(), "the catalogue lacks these"
    assert set(ours) - of_the_sdk == declared.EXTRA, "the SDK lacks these"
    assert [name for name, count in Counter(ours).items() if count > 1] == []


@pytest.mark.parametrize("method", declared.sdk_methods(), ids=_key)
def test_method_is_reached_as_the_sdk_says(sdk: Sdk, method: Method[Any, Any]) -> None:
    row = _row(sdk, method)
    assert method.rpc_path == f"/v1/{row['service']}/{row['name']}"
    assert method.verb == row["verb"]
    assert sorted(method.paths) == row["paths"]
    assert method.body_field == row["body"]


@pytest.mark.parametrize("method", [m for m in declared.sdk_methods() if m.declared], ids=_key)
def test_method_carries_the_messages_that_the_sdk_says(sdk: Sdk, method: Method[Any, Any]) -> None:
    row = _row(sdk, method)
    assert method.request is not None
    assert method.response is not None
    assert method.request.__name__ == row["request"].rpartition(".")[2]
    if row["response"] is None or not sdk["messages"][row["response"]]["fields"]:
        assert method.response is Empty
    else:
        assert method.response.__name__ == row["response"].rpartition(".")[2]


@pytest.mark.parametrize("method", [m for m in declared.sdk_methods() if len(m.paths) > 1], ids=_key)
def test_the_first_path_asks_for_more_parameters_than_the_next(method: Method[Any, Any]) -> None:
    counts = [path.count("{") for path in method.paths]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("message", declared.messages(), ids=lambda kind: kind.__name__)
def test_message_has_the_fields_that_the_sdk_declares(sdk: Sdk, message: type[Message]) -> None:
    ours = {field.name: declared.field(field) for field in msgspec.structs.fields(message)}
    theirs = {
        field["python"]: _as_ours(field)
        for field in sdk["messages"][declared.qualified_name(sdk, message)]["fields"]
    }
    assert ours.keys() == theirs.keys()
    for name, field in theirs.items():
        assert ours[name] == field, f"{message.__name__}.{name}"


@pytest.mark.parametrize("kind", declared.enums(), ids=lambda kind: kind.__name__)
def test_enum_has_the_members_that_the_sdk_declares(sdk: Sdk, kind: type[WireEnum]) -> None:
    candidates = [
        members for name, members in sdk["enums"].items() if name.rpartition(".")[2] == kind.__name__
    ]
    assert [member.name for member in kind] in candidates
    assert [member.value for member in kind] == [member.name for member in kind]


def _row(sdk: Sdk, method: Method[Any, Any]) -> dict[str, Any]:
    (row,) = (row for row in sdk["methods"] if (row["service"], row["name"]) == (method.service, method.name))
    return row


def _as_ours(field: dict[str, Any]) -> dict[str, Any]:
    return {
        "json": field["json"],
        "python": field["python"],
        "type": field["type"],
        "repeated": field["repeated"],
        "map": field["map"],
        "nullable": field["optional"] or field["default"] is None,
        "default": field["default"],
    }
