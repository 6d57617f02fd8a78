"""Every handler: declared with its method's messages, and unmoved by any message that can be decoded."""

import types
import typing
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brant.contract import extensions
from brant.contract.catalog import METHODS
from brant.contract.codec import Duration, FieldMask, Message, Timestamp, WireEnum, encode
from brant.contract.competition_messages import ApiListCompetitionsRequest
from brant.contract.dataset_messages import ApiListDatasetsRequest
from brant.contract.method import FileDownload, Method
from brant.errors import BrantError, ServerFailure
from brant.server.domain.actor import Actor, File, Handler
from brant.server.domain.handlers import handlers
from brant.server.oauth.assembly import OAuth
from tests.server.domain.competitions.conftest import Contest
from tests.server.domain.conftest import World

SERVED: list[Method[Any, Any]] = [method for method in (*METHODS, *extensions.METHODS) if method.declared]

texts = st.sampled_from(
    ["ada", "penguins", "a.csv", "raw", "../..", "%", "'", "\0", "é", "a" * 70_000, ""]
) | st.text(max_size=20)
numbers = st.sampled_from([0, 1, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 2**64]) | st.integers(0, 5)


def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type, odd ones among them."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([any_of(one) for one in inner])
    if origin is list:
        return st.lists(any_of(inner[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(texts, any_of(inner[1]), max_size=2)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: texts,
        int: numbers,
        bool: st.booleans(),
        float: st.floats(),
        type(None): st.none(),
        Timestamp: st.just(Timestamp.parse("2026-01-31T12:00:00.000Z")),
        Duration: st.just(Duration.parse("43200s")),
        FieldMask: st.sampled_from(["", "title", "title,deadline,nonsense"]).map(FieldMask),
    }
    if kind in simple:
        return simple[kind]
    if issubclass(kind, WireEnum):
        return st.sampled_from(list(kind))
    return messages(kind)


def messages(kind: type[Message]) -> st.SearchStrategy[Message]:
    """Messages of a kind; a field that holds its own kind stays empty."""
    fields = {
        field.name: any_of(field.type)
        for field in msgspec.structs.fields(kind)
        if kind not in typing.get_args(field.type)
    }
    return st.fixed_dictionaries({}, optional=fields).map(lambda values: kind(**values))


def all_handlers(world: World) -> dict[Method[Any, Any], Handler]:
    """As the application puts them together."""
    oauth = OAuth.over(world.services.db, "http://127.0.0.1:8765", lambda _: False)
    return {**handlers(world.services), **oauth.handlers()}


def test_every_method_that_is_declared_is_served(world: World) -> None:
    assert set(all_handlers(world)) == set(SERVED)


@pytest.mark.parametrize("method", SERVED, ids=lambda method: method.name)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_message_is_answered_or_refused_in_words(
    world: World, ada: Actor, bob: Actor, method: Method[Any, Any], data: st.DataObject
) -> None:
    listed = world.services.listing.list_datasets(world.context(ada), ApiListDatasetsRequest())
    if not listed.datasets:  # the first example, or the last one deleted it
        world.create(ada, {"a.csv": b"1", "raw/b.csv": b"2"})
    held = world.services.competitions.listing.list_competitions(
        world.context(ada), ApiListCompetitionsRequest()
    )
    if not held.competitions:  # of the same name, so that a message may be about either
        Contest(world, ada, "penguins").create().ready().launch()
    handler = all_handlers(world)[method]
    request = data.draw(messages(method.request))  # type: ignore[arg-type]
    actor = data.draw(st.sampled_from([None, ada, bob]))
    try:
        answer = handler(world.context(actor), request)
    except BrantError as error:
        assert not isinstance(error, ServerFailure)
        assert error.code < 500
        assert error.message
        assert "\n" not in error.message
    else:
        if method.response is FileDownload:
            assert isinstance(answer, File)
            return
        assert isinstance(answer, method.response or Message)
        encode(answer)
