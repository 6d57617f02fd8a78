"""Runs inside the environment of a library: calls one function, and prints what came of it as the last line.

Standard input: {"module", "function", "arguments", "options"}. Last line: {"value"} or {"error", "message"}.
"""

import importlib
import json
import sys


def main() -> None:
    asked = json.load(sys.stdin)
    try:
        function = getattr(importlib.import_module(asked["module"]), asked["function"])
        answer = {"value": function(*asked["arguments"], **asked["options"])}
    except Exception as error:  # noqa: BLE001 - whatever a library raises is its answer
        answer = {"error": type(error).__name__, "message": str(error)}
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


main()
