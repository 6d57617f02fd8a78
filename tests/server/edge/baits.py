"""Requests that ask for what lies in the vault, made of what methods declare: a new one has some at once."""

import hashlib
import json
import types
import typing
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from brant.contract.codec import Duration, FieldMask, Message, Timestamp, WireEnum
from brant.contract.method import Method
from tests.server.edge.vault import METRIC, RIVALS, SOLUTION, Vault

_MOST_DEPTH: Final = 3


class Baits:
    """Values for the fields of requests, by the name and the type of a field; the most telling come first."""

    def __init__(self, vault: Vault) -> None:
        contest, numbers = vault.contest, vault.numbers
        hashes = [sha256_of(data) for data in (SOLUTION, METRIC, RIVALS)]
        people = [contest.host.name, vault.rival.name]
        files = ["solution.csv", "metric.py", "file-of-the-rival.csv", "../solution.csv", *hashes, ""]
        self._by_name: dict[str, list[Any]] = {
            "competition_name": [contest.slug],
            "slug": [contest.slug],
            "dataset_slug": [contest.slug],
            "competition": [contest.slug],
            "owner_slug": people,
            "user_name": people,
            "username": people,
            "user": people,
            "file_name": files,
            "path": files,
            "name": files,
            "page_name": ["solution", "description", "metric"],
            "sha256": hashes,
            "size": [len(SOLUTION), len(METRIC), len(RIVALS)],
            "search": [contest.slug, "solution"],
            "submission_id": [numbers["submission"], numbers["trial"]],
            "submission_ids": [[numbers["submission"]], [numbers["trial"]]],
            "ref": [numbers["submission"], numbers["trial"]],
            "team_id": [numbers["team"]],
            "id": [numbers["competition"]],
            "clone_competition_id": [numbers["competition"]],
            "dataset_version_number": [None, numbers["competition"], 1],
            "page_size": [1000],
            "page": [1],
            "accept": [True],
            "token": [vault.tokens[0]],
            "blob_token": vault.tokens,
            "blob_file_tokens": vault.tokens,
            "metric_token": vault.tokens,
        }

    def requests(self, method: Method[Any, Any]) -> Iterator[dict[str, Any]]:
        """What to ask a method: the best of everything, then each field otherwise, one after another."""
        assert method.request is not None
        best = self._best(method.request, 0)
        yield best
        for field in msgspec.structs.fields(method.request):
            for other in self._values(field, 0)[1:]:
                yield {**best, field.encode_name: other}
            # What a field that is not set opens, one that is set may hide.
            yield {name: value for name, value in best.items() if name != field.encode_name}

    def _best(self, kind: type[Message], depth: int) -> dict[str, Any]:
        found = {field.encode_name: self._values(field, depth)[0] for field in msgspec.structs.fields(kind)}
        return {name: value for name, value in found.items() if value is not None}

    def _values(self, field: Any, depth: int) -> list[Any]:
        known = self._by_name.get(field.name)
        if known is not None:
            return known
        return self._of_type(field.type, depth)

    def _of_type(self, annotation: Any, depth: int) -> list[Any]:
        kind = _bare(annotation)
        origin = typing.get_origin(kind)
        if origin is list:
            return [[value] for value in self._of_type(typing.get_args(kind)[0], depth)]
        if origin is dict:
            return [{}]
        if issubclass(kind, Message):
            return [self._best(kind, depth + 1)] if depth < _MOST_DEPTH else [None]
        if issubclass(kind, WireEnum):
            return [member.name for member in kind]
        return next(values for known, values in _PLAIN.items() if issubclass(kind, known))


# A bool is an int: it comes first.
_PLAIN: Final[dict[type, list[Any]]] = {
    FieldMask: ["title", "metric,publicPercent,splitSeed"],
    Timestamp: ["2000-01-01T00:00:00.000Z"],
    Duration: ["3600s"],
    bool: [True, False],
    int: [1],
    float: [1.5],
    str: ["penguins"],
}


def sha256_of(data: bytes) -> str:
    """The name of a blob."""
    return hashlib.sha256(data).hexdigest()


def _bare(annotation: Any) -> Any:
    """The type without its None."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return next(part for part in typing.get_args(annotation) if part is not type(None))
    return annotation


def rest_targets(
    method: Method[Any, Any], request: dict[str, Any]
) -> Iterator[tuple[str, str, bytes | None]]:
    """Verb, target and body of a request in each REST form of its method."""
    assert method.request is not None
    named = {field.name: field.encode_name for field in msgspec.structs.fields(method.request)}
    for path in method.paths:
        filled, rest = path, dict(request)
        for name, wire in named.items():
            if f"{{{name}}}" in path:
                filled = filled.replace(f"{{{name}}}", quote(str(rest.pop(wire, "")), safe="") or "x")
        if "{" in filled or not filled.startswith("/api/"):
            continue
        body = rest if method.body_field == "*" else rest.get(method.body_field or "", {})
        plain = {name: value for name, value in rest.items() if not isinstance(value, dict | list)}
        query = "" if method.body_field == "*" else f"?{urlencode(plain)}"
        yield method.verb, filled + query, None if method.verb == "GET" else json.dumps(body).encode()
