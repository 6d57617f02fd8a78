"""Runs inside the environment of a library: calls functions in turn, and prints what came of the last.

First argument: {"module", "calls": [[function, arguments, options], …]}.
Last line of standard output: {"value"} or {"error", "message"}.
"""

import importlib
import json
import sys


def main() -> None:
    asked = json.loads(sys.argv[1])
    answer = {}
    try:
        module = importlib.import_module(asked["module"])
        for function, arguments, options in asked["calls"]:
            answer = {"value": getattr(module, function)(*arguments, **options)}
    except Exception as error:  # noqa: BLE001 - whatever a library raises is its answer
        answer = {"error": type(error).__name__, "message": str(error)}
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


main()
