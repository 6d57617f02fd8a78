"""Writes the pages of docs/ that could rot; with --check it only says which are stale."""

import argparse
import ast
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from brant.cli.reference import render_reference
from brant.contract import accounts, blobs, catalog, datasets, extensions
from brant.contract.method import Method
from brant.server.domain.handlers import handlers
from brant.server.domain.services import compose
from brant.server.store.blobs import BlobStore
from brant.server.store.database import Database

DOCS = Path(__file__).parent
SOURCE = DOCS.parent / "src" / "brant"
sys.path.insert(0, str(DOCS.parent))  # the tests are no package that is installed
NOTE = "<!-- Written by `make docs`; do not edit. -->\n\n"


def coverage() -> str:
    """Every method of the wire, and its state on both sides."""
    served, called = _served(), _called()
    groups: dict[str, list[str]] = {}
    for method in (*catalog.METHODS, *extensions.EXTENSIONS.values()):
        key = _key(method)
        rest = ", ".join(f"`{path}`" for path in method.paths)
        server = "served" if key in served else "501"
        client = "called" if key in called else ("declared" if method.declared else "by name")
        groups.setdefault(method.service, []).append(
            f"| {method.name} | {method.verb} {rest} | {server} | {client} |"
        )
    total = len(catalog.METHODS)
    inside = {_key(method) for method in catalog.METHODS}
    head = (
        "# Coverage of the wire\n\n"
        f"{total} methods: the 152 of kagglesdk 0.1.37 and `Hello`. Served: {len(served & inside)}. "
        f"Called by our client: {len(called & inside)}.\n\n"
        "*Server*: `served`, or `501` (the answer names the method). *Client*: `called` by a command or a "
        "function, `declared` in full, or known `by name` alone.\n"
    )
    tables = [
        f"\n## {service}\n\n| method | REST | server | client |\n| --- | --- | --- | --- |\n"
        + "\n".join(rows)
        + "\n"
        for service, rows in sorted(groups.items())
    ]
    return head + "".join(tables)


def conformance() -> str:
    """What every client can do and gets wrong, as the scenarios hold it."""
    from tests.conformance.matrix import page

    return page()


PAGES: Mapping[str, Callable[[], str]] = {
    "coverage.md": coverage,
    "cli.md": render_reference,
    "conformance.md": conformance,
}


def _key(method: Method[Any, Any]) -> str:
    return f"{method.service}/{method.name}"


def _served() -> set[str]:
    with tempfile.TemporaryDirectory() as folder:
        services = compose(Database(Path(folder) / "brant.sqlite3"), BlobStore(Path(folder)))
        try:
            return {_key(method) for method in handlers(services)}
        finally:
            services.close()


def _called() -> set[str]:
    """The methods that the client side names: a constant of a contract module, used outside the server."""
    constants = {
        name: _key(value)
        for module in (accounts, blobs, datasets, extensions)
        for name, value in vars(module).items()
        if isinstance(value, Method)
    }
    paths = (path for part in ("client", "hub", "cli") for path in (SOURCE / part).rglob("*.py"))
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    names = (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in nodes)
    return {constants[name] for name in names if name in constants}


def main() -> int:
    """Writes the pages, or checks them; 1 when one is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is stale")
    check = parser.parse_args().check
    stale = []
    for name, render in PAGES.items():
        path, text = DOCS / name, NOTE + render()
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, "utf-8")
    if stale:
        sys.stdout.write(f"{'stale' if check else 'written'}: {', '.join(stale)}\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
