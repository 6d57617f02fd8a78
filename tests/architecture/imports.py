"""Reads which module of ours imports which, without importing any of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    return {_name(path): path for path in sorted(SOURCE.rglob("*.py"))}


def imports(path: Path, *, lazy: bool = True) -> set[str]:
    """The dotted names that the module at `path` imports; without `lazy` only at its own import."""
    tree = ast.parse(path.read_text("utf-8"))
    return {name for node in _walk(tree, lazy=lazy) for name in _targets(node, path)}


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _walk(tree: ast.AST, *, lazy: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not lazy and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if not lazy and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _walk(node, lazy=lazy)


def _targets(node: ast.AST, path: Path) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            package = _name(path).split(".")
            package = package if path.name == "__init__.py" else package[:-1]
            kept = package[: len(package) - node.level + 1]
            base = ".".join([*kept, base] if base else kept)
        # `from package import module` names a module where there is one, else the package it comes from.
        for alias in node.names:
            candidate = f"{base}.{alias.name}"
            yield candidate if candidate in _KNOWN else base


_KNOWN = frozenset(modules())
