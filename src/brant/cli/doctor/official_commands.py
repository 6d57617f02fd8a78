"""Reads which commands an official command line has from its source: running or importing it logs in."""

import ast
from collections.abc import Iterator, Mapping

Path = tuple[str, ...]


def commands_of(source: str) -> list[str]:
    """The commands that can be run, such as `datasets list`, each once. Raises SyntaxError, RecursionError.

    They are declared by `add_subparsers` and `add_parser` of argparse on variables that are handed from one
    function to the next; one that can be run has `set_defaults` called on it. `main` is where it begins.
    """
    functions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    begin = functions.get("main")
    found = _declared(begin, {}, functions) if begin else ()
    return list(dict.fromkeys(" ".join(path) for path in found))


def _declared(
    function: ast.FunctionDef, variables: Mapping[str, Path], functions: Mapping[str, ast.FunctionDef]
) -> Iterator[Path]:
    """What `function` declares, where `variables` says which command each parser among them is for."""
    paths = dict(variables)
    steps = [node for node in ast.walk(function) if isinstance(node, ast.Assign | ast.Expr)]
    for step in sorted(steps, key=lambda node: node.lineno):
        call = step.value
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Name) and call.func.id in functions:
            called = functions[call.func.id]
            given = zip(called.args.args, call.args, strict=False)
            passed = {
                name.arg: paths[value.id]
                for name, value in given
                if isinstance(value, ast.Name) and value.id in paths
            }
            if passed:
                yield from _declared(called, passed, functions)
        elif isinstance(call.func, ast.Attribute):
            path = _reached(call, call.func, paths)
            if call.func.attr == "set_defaults" and path:
                yield path
            if isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Name):
                paths[step.targets[0].id] = path


def _reached(call: ast.Call, method: ast.Attribute, paths: Mapping[str, Path]) -> Path:
    """The command whose parser a method call returns, or was made on; none for the whole program."""
    path = paths.get(method.value.id, ()) if isinstance(method.value, ast.Name) else ()
    word = call.args[0] if call.args else None
    is_new = method.attr == "add_parser" and isinstance(word, ast.Constant)
    return (*path, str(word.value)) if is_new and isinstance(word, ast.Constant) else path
