"""`brant env`: the shell commands that point every client at one server, or undo it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from brant.cli.context import Context

Shell = Literal["posix", "fish", "powershell"]

EXAMPLES: Final = """\
examples:
  eval "$(brant env)"                              the server that brant serve runs here
  eval "$(brant env --endpoint http://lab:8765)"   another one
  brant env --shell fish | source
  eval "$(brant env --unset)"                      back to what was before"""

LOCAL: Final = "http://127.0.0.1:8765"

# Says that a call was evaluated. What it changed is kept under the prefix, so that --unset can bring it back.
_MARK: Final = "BRANT_ENV"
_SAVED: Final = "BRANT_SAVED_"
_CHANGED: Final = (
    "BRANT_ENDPOINT",
    "KAGGLE_API_ENDPOINT",
    "KAGGLE_API_ENVIRONMENT",
    "http_proxy",
    "no_proxy",
    "NO_PROXY",
)


class Options(NamedTuple):
    """For which shell; `unset` undoes what an earlier call did."""

    shell: Shell
    unset: bool


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant env`."""
    parser.add_argument(
        "--shell", choices=("posix", "fish", "powershell"), default="posix", help="the shell that reads it"
    )
    parser.add_argument("--unset", action="store_true", help="bring back what was set before")


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(shell=parsed.shell, unset=parsed.unset)


def run(options: Options, context: Context) -> None:
    """Prints commands for the shell to evaluate; changes nothing by itself."""
    environ = context.environ
    steps = _restoring(environ) if options.unset else _pointing(_address(context), environ)
    context.out.write("".join(_WRITERS[options.shell](step) + "\n" for step in steps))


class Step(NamedTuple):
    """One command: `name` gets `value`, or the value of the variable `source`, or with neither is unset.

    Without a name it is a remark.
    """

    name: str = ""
    value: str | None = None
    source: str | None = None


def _address(context: Context) -> str:
    """The server asked for; without a word about one, that of `brant serve` on this machine."""
    from brant.client import configuration
    from brant.client.endpoints import Endpoint

    profile = configuration.profile_of(context.environ, context.profile)
    named = configuration.load(context.environ, context.home, profile).values if profile else {}
    asked = context.endpoint or named.get("endpoint") or context.environ.get("BRANT_ENDPOINT")
    return Endpoint.of(asked or LOCAL).web


def _pointing(address: str, environ: Mapping[str, str]) -> list[Step]:
    values: dict[str, str | None] = dict.fromkeys(_CHANGED)
    values |= {"BRANT_ENDPOINT": address, "KAGGLE_API_ENDPOINT": address}
    if address.startswith("http://") and address.count("/") == 2:
        # Today's official clients know http://localhost alone; the proxy variable says where that is.
        values |= {"KAGGLE_API_ENVIRONMENT": "LOCALHOST", "http_proxy": address}
        today = "kaggle 2 and kagglehub 1: the others; http_proxy holds for every program of this shell."
    else:
        values = {name: value for name, value in values.items() if value}
        today = "kaggle 2 and kagglehub 1 cannot reach this server: it needs plain http and no path."
    remarks = ["brant reads BRANT_ENDPOINT; kaggle 1.6 and kagglehub 0.3: KAGGLE_API_ENDPOINT.", today]
    # Evaluated twice, what the first call saved stays.
    saved = [] if _MARK in environ else [name for name in values if name in environ]
    return [
        *(Step(value=remark) for remark in remarks),
        *(Step(_SAVED + name, source=name) for name in saved),
        *(Step(name, value) for name, value in values.items() if value or name in environ),
        Step(_MARK, "1"),
    ]


def _restoring(environ: Mapping[str, str]) -> list[Step]:
    if _MARK not in environ:
        return [Step(value="nothing to undo: this shell has not evaluated brant env")]
    steps = []
    for name in _CHANGED:
        saved = _SAVED + name
        if saved in environ:
            steps += [Step(name, source=saved), Step(saved)]
        elif name in environ:
            steps.append(Step(name))
    return [*steps, Step(_MARK)]


def _posix(step: Step) -> str:
    if not step.name:
        return f"# {step.value}"
    if step.source is not None:
        return f'export {step.name}="${step.source}"'
    return f"unset {step.name}" if step.value is None else f"export {step.name}={_quoted(step.value)}"


def _fish(step: Step) -> str:
    if not step.name:
        return f"# {step.value}"
    if step.source is not None:
        return f"set -gx {step.name} ${step.source}"
    return f"set -e {step.name}" if step.value is None else f"set -gx {step.name} {_quoted(step.value)}"


def _powershell(step: Step) -> str:
    if not step.name:
        return f"# {step.value}"
    if step.source is not None:
        return f"$Env:{step.name} = $Env:{step.source}"
    if step.value is None:
        return f"Remove-Item Env:{step.name} -ErrorAction SilentlyContinue"
    return f"$Env:{step.name} = '{step.value}'"


def _quoted(value: str) -> str:
    """An address as one word: it holds no quote (see `Endpoint.of`), and none is let through here either."""
    return "'" + value.replace("'", "%27") + "'"


_WRITERS: Final = {"posix": _posix, "fish": _fish, "powershell": _powershell}
