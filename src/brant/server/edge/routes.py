"""Routes: which method a verb and a path mean, derived from the catalogue for RPC and REST alike."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import unquote

from brant.contract.method import Method
from brant.errors import InvalidInput

AnyMethod = Method[Any, Any]
Form = Literal["rpc", "rest"]

ROOT: Final = "/api/v1/"
# A path inside a version may hold slashes, sent plain or as %2F; as the last parameter it takes what is left.
_TAKES_THE_REST: Final = frozenset({"file_name", "file_path", "path"})


class Match(NamedTuple):
    """A method that was found, the form it was called in, and the parameters that its path carried."""

    method: AnyMethod
    form: Form
    params: Mapping[str, str]


class WrongVerb(NamedTuple):
    """The path is known, but not with this verb; `allowed` are the verbs of RFC 9110 §10.2.1 for it."""

    allowed: tuple[str, ...]


class _Leaf(NamedTuple):
    method: AnyMethod
    names: tuple[str, ...]


class _Node:
    """One segment of a REST path; `leaves` and `rest` are by verb."""

    __slots__ = ("leaves", "literals", "parameter", "rest")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.leaves: dict[str, _Leaf] = {}
        self.rest: dict[str, _Leaf] = {}


class Routes:
    """Finds methods: RPC paths by one lookup, REST paths in a trie that tries literals before parameters.

    `further` are REST paths that the catalogue does not have, by method.
    """

    def __init__(
        self, methods: Iterable[AnyMethod], further: Mapping[AnyMethod, tuple[str, ...]] | None = None
    ) -> None:
        self._rpc: dict[str, AnyMethod] = {}
        self._root = _Node()
        for method in methods:
            self._rpc["/api" + method.rpc_path] = method
            for path in (*method.paths, *(further or {}).get(method, ())):
                if path.startswith(ROOT):
                    self._plant(method, _segments(path))

    def find(self, verb: str, raw_path: str) -> Match | WrongVerb | None:
        """The method for `verb` and the percent-encoded `raw_path`; None where the path means nothing.

        HEAD finds what GET would. Raises InvalidInput where a segment is not UTF-8 once decoded.
        """
        rpc = self._rpc.get(raw_path)
        if rpc is not None:
            return Match(rpc, "rpc", {}) if verb == "POST" else WrongVerb(("POST",))
        if not raw_path.startswith(ROOT):
            return None
        wanted = "GET" if verb == "HEAD" else verb
        allowed: list[str] = []
        for leaves, values in _walk(self._root, [_decoded(part) for part in _segments(raw_path)], ()):
            leaf = leaves.get(wanted)
            if leaf is not None:
                return Match(leaf.method, "rest", dict(zip(leaf.names, values, strict=True)))
            allowed.extend(leaves)
        return WrongVerb(tuple(dict.fromkeys(allowed))) if allowed else None

    def _plant(self, method: AnyMethod, segments: list[str]) -> None:
        node, names = self._root, tuple(part[1:-1] for part in segments if part.startswith("{"))
        leaf = _Leaf(method, names)
        for part in segments[:-1]:
            node = _child(node, part)
        if segments[-1].startswith("{") and names[-1] in _TAKES_THE_REST:
            node.rest[method.verb] = leaf
        _child(node, segments[-1]).leaves[method.verb] = leaf


def reserved_words(methods: Iterable[AnyMethod]) -> Mapping[str, frozenset[str]]:
    """For each parameter of a REST path, the words it can never have there, since a literal route takes them.

    `reserved_words(METHODS)["owner_slug"]` are names that no owner may bear.
    """
    routes = [
        (method.verb, _segments(path)) for method in methods for path in method.paths if path.startswith(ROOT)
    ]
    reserved: dict[str, set[str]] = {}
    for verb, winner in routes:
        for other_verb, loser in routes:
            taken = _shadow(winner, loser) if verb == other_verb else None
            if taken is not None:
                reserved.setdefault(taken[0], set()).add(taken[1])
    return {name: frozenset(words) for name, words in reserved.items()}


def _shadow(winner: list[str], loser: list[str]) -> tuple[str, str] | None:
    """The parameter of `loser`, and the word, with which its path goes to `winner` instead; None if never."""
    taken = None
    for index, mine in enumerate(winner):
        if index >= len(loser):
            return None
        theirs = loser[index]
        if mine.startswith("{"):
            if index == len(winner) - 1 and mine[1:-1] in _TAKES_THE_REST:
                return taken
            # The first difference decides: here it is `loser` that has the literal, and wins.
            if taken is None and not theirs.startswith("{"):
                return None
        elif theirs.startswith("{"):
            taken = taken or (theirs[1:-1], mine)
        elif mine != theirs:
            return None
    return taken if len(winner) == len(loser) else None


def _child(node: _Node, part: str) -> _Node:
    if not part.startswith("{"):
        return node.literals.setdefault(part, _Node())
    if node.parameter is None:
        node.parameter = _Node()
    return node.parameter


def _walk(
    node: _Node, segments: list[str], values: tuple[str, ...]
) -> Iterator[tuple[dict[str, _Leaf], tuple[str, ...]]]:
    """Every place where `segments` may end, the best first."""
    if not segments:
        yield node.leaves, values
        return
    head, tail = segments[0], segments[1:]
    literal = node.literals.get(head)
    if literal is not None:
        yield from _walk(literal, tail, values)
    if head and node.parameter is not None:
        yield from _walk(node.parameter, tail, (*values, head))
    if tail and node.rest and all(segments):
        yield node.rest, (*values, "/".join(segments))


def _segments(path: str) -> list[str]:
    return path.removeprefix(ROOT).removesuffix("/").split("/")


def _decoded(segment: str) -> str:
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise InvalidInput("the path is not UTF-8: percent-encode names as UTF-8 (RFC 3986 §2.5)") from None
