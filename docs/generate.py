"""Writes the pages of docs/ that could rot; with --check it only says which are stale."""

import argparse
import ast
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from brant.cli.reference import render_reference
from brant.contract import (
    accounts,
    blobs,
    catalog,
    competition_extensions,
    competitions,
    datasets,
    extensions,
    oauth,
)
from brant.contract.method import Method
from brant.contract.scopes import PERMISSIONS, ROLES, Scope, describe
from brant.server.domain.handlers import handlers
from brant.server.domain.services import compose
from brant.server.oauth.assembly import OAuth
from brant.server.scoring.catalogue import METRICS, MetricInfo
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
    for method in (*catalog.METHODS, *extensions.METHODS):
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


_SCOPES = """\
# Scopes

What an access token allows is a list of scopes, `permission:resource` or `role:resource`, separated by blanks. The
resource is `*`, for everything, or one handle: `datasets.update:ada/penguins`, `competitions.submit:titanic`. A handle
stands for whatever bears it, of every noun that the permission is about, and for its parts: `models.get:ada/owls` holds
on `ada/owls/pytorch/small`. Letters count without their case. A legacy key, and a token made without scopes, is for
everything: `resources.admin:*`.

A token never allows more than its owner may do. What it lacks is refused with 403, and the answer names it in words and in
its header (RFC 6750 §3.1):

    WWW-Authenticate: Bearer realm="brant", error="insufficient_scope", scope="datasets.update:ada/penguins"

The refusal is the same whether or not there is such a dataset.

## Permissions

| permission | lets the holder |
| --- | --- |
{permissions}

## Roles

| role | stands for | in words |
| --- | --- | --- |
{roles}

## Methods

*On*: what the permission must hold on: the fields of the request that name it; `all`, for `*` alone; `any`, where one
resource is enough, since a later call says what becomes of it; `?` where the method is not served yet. *Anybody*: whether
one may call without credentials, who then sees what is public.
"""  # noqa: E501


def scopes() -> str:
    """Permissions, roles, and what every method asks for."""
    permissions = "\n".join(f"| `{name}` | {words} |" for name, words in PERMISSIONS.items())
    roles = "\n".join(
        f"| `{role}` | {', '.join(f'`{name}`' for name in names)} | {describe(Scope(role, '*'))} |"
        for role, names in ROLES.items()
    )
    rows: dict[str, list[str]] = {}
    for method in (*catalog.METHODS, *extensions.METHODS):
        asked = " or ".join(f"`{name}`" for name in method.scopes) or "none"
        if method.scope_if:
            asked += f", with `{method.scope_if}`"
        anybody = "yes" if method.anonymous else ""
        rows.setdefault(method.service, []).append(f"| {method.name} | {asked} | {_on(method)} | {anybody} |")
    head = "| method | permission | on | anybody |\n| --- | --- | --- | --- |\n"
    tables = [
        f"\n### {service}\n\n{head}" + "\n".join(lines) + "\n" for service, lines in sorted(rows.items())
    ]
    return _SCOPES.format(permissions=permissions, roles=roles) + "".join(tables)


def _on(method: Method[Any, Any]) -> str:
    if not method.scopes:
        return ""
    if not method.declared:
        return "?"
    if method.resource is None:
        return "all"
    return "/".join(f"`{field}`" for field in method.resource) or "any"


def conformance() -> str:
    """What every client can do and gets wrong, as the scenarios hold it."""
    from tests.conformance.matrix import page

    return page()


_METRICS = """\
# Metrics

What `brant competitions setup update SLUG --metric NAME` takes; `brant competitions metrics` lists them.
`custom` is a [Python file of your own](competitions.md#a-metric-of-your-own). Public and private score are
computed each from its own rows. *Better* is the direction in which the leaderboard sorts: it is declared.

| name | metric | better |
| --- | --- | --- |
"""


def metrics() -> str:
    """Every metric that is built in."""
    rows = [
        f"| [`{name}`](#{name}) | {info.title} | {_direction(info)} |"
        for name, info in sorted(METRICS.items())
    ]
    parts = [_metric(info) for _, info in sorted(METRICS.items())]
    return _METRICS + "\n".join(rows) + "\n" + "".join(parts)


def _metric(info: MetricInfo) -> str:
    parameters = "".join(
        f"| `{one.name}` | {_default(one.default)} | {one.description} |\n" for one in info.parameters
    )
    table = f"\n| parameter | default | meaning |\n| --- | --- | --- |\n{parameters}" if parameters else ""
    return (
        f"\n## {info.name}\n\n{info.title}; {_direction(info)} is better. {info.description}\n\n"
        f"A submission: {info.file_format}\n{table}\nDefinition: {info.source}\n"
    )


def _default(text: str) -> str:
    return f"`{text}`" if text else "none"


def _direction(info: MetricInfo) -> str:
    return "higher" if info.higher_is_better else "lower"


PAGES: Mapping[str, Callable[[], str]] = {
    "coverage.md": coverage,
    "cli.md": render_reference,
    "scopes.md": scopes,
    "conformance.md": conformance,
    "metrics.md": metrics,
}


def _key(method: Method[Any, Any]) -> str:
    return f"{method.service}/{method.name}"


def _served() -> set[str]:
    with tempfile.TemporaryDirectory() as folder:
        services = compose(Database(Path(folder) / "brant.sqlite3"), BlobStore(Path(folder)))
        try:
            oauth = OAuth.over(services.db, "http://127.0.0.1:8765", lambda _: False)
            return {_key(method) for method in (*handlers(services), *oauth.handlers())}
        finally:
            services.close()


def _called() -> set[str]:
    """The methods that the client side names: a constant of a contract module, used outside the server."""
    constants = {
        name: _key(value)
        for module in (accounts, blobs, competition_extensions, competitions, datasets, extensions, oauth)
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
