"""The rules of docs/architecture.md: who may import whom, no circles, and how every module opens."""

import ast
import re
import subprocess
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.imports import imports, modules

ROOT = Path(__file__).parents[2]
MODULES = modules()
GROUND = ("brant.errors", "brant.redact", "brant._version")

# The first prefix that fits a module decides; a module may import itself, its own part and what is listed.
ALLOWED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("brant.errors", ("brant.redact",)),
    *((ground, ()) for ground in GROUND),
    ("brant.contract", GROUND),
    ("brant.transfer.disk", GROUND),
    ("brant.transfer.archive", ("brant.transfer.disk", *GROUND)),
    ("brant.transfer.http", ("brant.transfer.disk", *GROUND)),
    ("brant.transfer.progress", ("brant.transfer.http", *GROUND)),
    ("brant.transfer.connections", ("brant.transfer.http", "brant.transfer.disk", *GROUND)),
    (
        "brant.transfer.unpacking",
        (
            "brant.transfer.archive",
            "brant.transfer.connections",
            "brant.transfer.progress",
            "brant.transfer.http",
            "brant.transfer.disk",
            *GROUND,
        ),
    ),
    ("brant.transfer", GROUND),
    ("brant.client", ("brant.contract", "brant.transfer", *GROUND)),
    ("brant.hub", ("brant.client", "brant.contract", "brant.transfer", *GROUND)),
    # The one place where the client side hands over to the server.
    (
        "brant.cli.main",
        (
            "brant.cli",
            "brant.hub",
            "brant.client",
            "brant.contract",
            "brant.transfer",
            "brant.server.main",
            *GROUND,
        ),
    ),
    ("brant.cli", ("brant.hub", "brant.client", "brant.contract", "brant.transfer", *GROUND)),
    ("brant.server.store", ("brant.contract", *GROUND)),
    ("brant.server.scoring", GROUND),
    (
        "brant.server.domain",
        (
            "brant.server.scoring.catalogue",
            "brant.server.store",
            "brant.contract",
            "brant.transfer.archive",
            *GROUND,
        ),
    ),
    (
        "brant.server.jobs",
        (
            "brant.server.domain",
            "brant.server.scoring",
            "brant.server.store",
            "brant.server.settings",
            *GROUND,
        ),
    ),
    ("brant.server.oauth", ("brant.server.domain", "brant.server.store", "brant.contract", *GROUND)),
    (
        "brant.server.edge",
        ("brant.server.oauth", "brant.server.domain", "brant.server.store", "brant.contract", *GROUND),
    ),
    (
        "brant.server.web",
        ("brant.server.edge", "brant.server.oauth", "brant.server.domain", "brant.contract", *GROUND),
    ),
    ("brant.server.settings", GROUND),
    (
        "brant.server.app",
        (
            "brant.server.web",
            "brant.server.edge",
            "brant.server.oauth",
            "brant.server.domain",
            "brant.server.store",
            "brant.server.settings",
            "brant.contract",
            *GROUND,
        ),
    ),
    ("brant.server", ("brant.server", "brant.contract", *GROUND)),
    ("brant.__main__", ("brant.cli.main",)),
    ("brant", ("brant.hub", *GROUND)),
)

# Who may speak HTTP, and with what: the domain and the store never do.
FOREIGN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("brant.contract", ("http", "urllib.request", "socket", "starlette", "uvicorn", "sqlalchemy")),
    ("brant.server.domain", ("http", "urllib.request", "socket", "starlette", "uvicorn")),
    ("brant.server.oauth", ("http", "urllib.request", "socket", "starlette", "uvicorn")),
    ("brant.server.store", ("http", "urllib.request", "socket", "starlette", "uvicorn")),
    (
        "brant.server.scoring",
        ("http", "urllib.request", "socket", "starlette", "uvicorn", "sqlalchemy", "sqlite3"),
    ),
    ("brant.client", ("starlette", "uvicorn", "sqlalchemy", "requests", "httpx", "urllib3")),
    ("brant.hub", ("starlette", "uvicorn", "sqlalchemy", "requests", "httpx", "urllib3")),
    ("brant.cli", ("starlette", "uvicorn", "sqlalchemy", "requests", "httpx", "urllib3")),
    ("brant", ("kaggle", "kagglehub", "kagglesdk")),
)


def _within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_what_its_layer_may(module: str) -> None:
    prefix, allowed = next(rule for rule in ALLOWED if _within(module, rule[0]))
    ours = {name for name in imports(MODULES[module]) if _within(name, "brant")}
    strangers = {
        name
        for name in ours
        if not any(_within(name, good) for good in (prefix, *allowed)) and name != "brant"
    }
    assert not strangers, f"{module} imports {sorted(strangers)}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_uses_no_library_that_its_layer_must_not_know(module: str) -> None:
    banned = [name for prefix, names in FOREIGN if _within(module, prefix) for name in names]
    used = {name for name in imports(MODULES[module]) for bad in banned if _within(name, bad)}
    assert not used, f"{module} imports {sorted(used)}"


def test_there_are_no_circles() -> None:
    graph = {name: imports(path, lazy=False) & MODULES.keys() - {name} for name, path in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_opens_by_saying_what_it_is_for(module: str) -> None:
    docstring = ast.get_docstring(ast.parse(MODULES[module].read_text("utf-8")))
    assert docstring, f"{module} has no docstring"
    first = docstring.splitlines()[0]
    assert first.endswith((".", ":")), f"{module} opens with {first!r}"


@pytest.mark.parametrize("module", [name for name in MODULES if not _within(name, "brant.cli")])
def test_only_the_command_line_and_the_server_program_print(module: str) -> None:
    if module == "brant.server.main":
        return
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not calls, f"{module} prints in lines {calls}"


def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    # Spelled so that this file does not find itself.
    hosts = re.compile(
        rb"(?i)pypi\.|files\.pythonhosted|registry\.npmjs|deb\.debian|--index-url[ ][^-]|/work"
        rb"/(main|shared)"
    )
    guilty = [
        name.decode()
        for name in listed.split(b"\0")
        if name and (ROOT / name.decode()).is_file() and hosts.search((ROOT / name.decode()).read_bytes())
    ]
    assert not guilty
