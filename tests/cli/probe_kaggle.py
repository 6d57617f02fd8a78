"""Runs inside the official environment: prints as JSON every command of the installed `kaggle`.

Nothing is sent: there are no credentials, and the parser is caught before it parses.
"""

import argparse
import io
import json
import sys


class _Caught(Exception):
    def __init__(self, parser):
        super().__init__()
        self.parser = parser


def _catch(parser, *_args, **_kwargs):
    raise _Caught(parser)


def _commands(parser, path):
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            # `choices` is a list of words here, put over the parsers: take the parsers.
            for name, child in action._name_parser_map.items():
                yield from _commands(child, [*path, name])
    shown = (argparse._SubParsersAction, argparse._HelpAction)
    yield {"path": path, "options": [_option(a) for a in parser._actions if not isinstance(a, shown)]}


def _option(action):
    return {
        "names": action.option_strings,
        "dest": action.dest,
        "takes_value": action.nargs != 0,
        "repeats": isinstance(action, argparse._AppendAction),
        "positional": not action.option_strings,
        "required": action.required,
        "number": action.type is int,
        "choices": list(action.choices) if action.choices else None,
        "default": action.default if isinstance(action.default, (str, int, bool)) else None,
    }


def main():
    # Without credentials the import prints how to get some.
    real_stdout, sys.stdout = sys.stdout, io.StringIO()
    from kaggle import cli

    argparse.ArgumentParser.parse_args = _catch
    try:
        cli.main()
    except _Caught as caught:
        parser = caught.parser
    found = list(_commands(parser, []))
    sys.stdout = real_stdout
    sys.stdout.write(json.dumps(found))


main()
