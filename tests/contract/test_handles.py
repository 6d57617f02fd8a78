"""Handles: what is one, what is none, and that printing and parsing undo each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brant.contract.handles import DatasetHandle
from brant.errors import InvalidHandle

_PART = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,30}[A-Za-z0-9])?", fullmatch=True)
_HANDLE = st.builds(DatasetHandle, _PART, _PART, st.none() | st.integers(min_value=1, max_value=10**9 - 1))


@given(_HANDLE)
def test_a_handle_survives_printing(handle: DatasetHandle) -> None:
    assert DatasetHandle.parse(str(handle)) == handle
    assert DatasetHandle.parse(f" {handle}\n") == handle


@given(st.text(max_size=40))
def test_a_text_is_a_handle_in_its_one_form_or_a_value_error_in_one_line(text: str) -> None:
    try:
        handle = DatasetHandle.parse(text)
    except InvalidHandle as error:
        assert isinstance(error, ValueError)
        assert "\n" not in error.message
    else:
        assert str(handle) == text.strip() or handle.version is not None


@given(_HANDLE, st.none() | st.integers(min_value=1, max_value=99))
def test_a_handle_moves_between_versions(handle: DatasetHandle, version: int | None) -> None:
    assert handle.at(version) == (handle.owner, handle.slug, version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tides",
        "ada/",
        "/tides",
        "ada//tides",
        "ada/tides/",
        "ada/tides/3",
        "ada/tides/version/3",
        "ada/tides/versions",
        "ada/tides/versions/",
        "ada/tides/versions/0",
        "ada/tides/versions/-1",
        "ada/tides/versions/+1",
        "ada/tides/versions/1_0",
        "ada/tides/versions/٣",
        "ada/tides/versions/²",
        "ada/tides/versions/3/more",
        "../tides",
        "ada/..",
        "ada/ti des",
        "ada/tides?x=1",
        "ada/-tides",
        "https://www.kaggle.com/datasets/ada/tides",
    ],
)
def test_what_is_no_handle_is_refused_with_the_form_that_was_expected(text: str) -> None:
    with pytest.raises(InvalidHandle, match="owner/slug"):
        DatasetHandle.parse(text)
