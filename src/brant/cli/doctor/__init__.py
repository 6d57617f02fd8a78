"""`brant doctor`: the first checks in one command, with a way to mend each finding."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from brant.cli.confirm import declare_yes
from brant.cli.context import Context
from brant.cli.output import Column, Format, clean, counted
from brant.cli.parser import declare_format
from brant.redact import redact

if TYPE_CHECKING:
    from brant.cli.doctor.finding import Finding
    from brant.client.endpoints import Endpoint
    from brant.transfer.http.settings import TransportSettings

EXAMPLES: Final = """\
examples:
  brant doctor
  brant doctor --fix --yes
  brant doctor --offline --format json"""

PROBLEM: Final = 20
"""The exit code when there is a problem."""

_COLUMNS: Final = (Column("level"), Column("check"), Column("text"), Column("mend"))


class Options(NamedTuple):
    """Whether to mend file modes (`yes` stands for the answer), and which checks to do."""

    fix: bool
    yes: bool
    offline: bool
    list_commands: bool
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant doctor`."""
    parser.add_argument("--fix", action="store_true", help="mend file modes, after asking")
    declare_yes(parser)
    parser.add_argument("--offline", action="store_true", help="nothing that needs the network")
    parser.add_argument(
        "--commands", action="store_true", help="list each command of the official clients that are installed"
    )
    declare_format(parser)


def read(parsed: Namespace) -> Options:
    """The options of one call."""
    return Options(
        fix=parsed.fix,
        yes=parsed.yes,
        offline=parsed.offline,
        list_commands=parsed.commands,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> int:
    """Prints what was found; the exit code says whether there is a problem. Raises Declined."""
    output = context.output(options.format)
    output.chosen(_COLUMNS)
    if options.fix:
        _mend(options, context)
    found = [_without_secrets(finding) for finding in _findings(options, context)]
    if output.is_table and not options.format.fields:
        context.out.writelines(_lines(found))
    else:
        output.rows(_COLUMNS, [(one.level, one.check, one.text, one.mend) for one in found])
    problems, notes = (sum(one.level == level for one in found) for level in ("problem", "note"))
    fixable = sum(one.mode is not None for one in found)
    hint = "; brant doctor --fix mends the file modes" if fixable else ""
    context.say(f"{counted(problems, 'problem')}, {counted(notes, 'note')}{hint}")
    return PROBLEM if problems else 0


def _findings(options: Options, context: Context) -> Iterator["Finding"]:
    """All checks, the quick ones first."""
    from datetime import UTC, datetime

    from brant.cli.doctor.logins import check_logins
    from brant.cli.doctor.modes import check_modes
    from brant.cli.doctor.places import check_places
    from brant.cli.doctor.programs import check_official, check_ourselves
    from brant.client import configuration

    environ, home = context.environ, context.home
    yield check_ourselves()
    yield from check_official(environ, list_commands=options.list_commands)
    yield from check_modes(environ, home)
    profile = configuration.profile_of(environ, context.profile)
    endpoint, settings, complaints = _way(context, profile)
    yield from complaints
    now = datetime.now(UTC)
    credentials, found = check_logins(environ, home, profile, endpoint, now)
    yield from found
    yield from check_places(environ, home)
    if endpoint is None or settings is None:
        return
    from brant.cli.doctor.network import check_server, check_settings

    yield from check_settings(endpoint, settings)
    if not options.offline:
        yield from check_server(endpoint, credentials, settings, now)


def _way(
    context: Context, profile: str | None
) -> tuple["Endpoint | None", "TransportSettings | None", list["Finding"]]:
    """Which server, and how it is reached; or why that cannot be told."""
    from brant.cli.doctor.finding import complaint
    from brant.client import configuration, endpoints
    from brant.client.session import transport_settings
    from brant.errors import BrantError

    try:
        configured = configuration.load(context.environ, context.home, profile)
    except BrantError as error:
        # What lies in the file is told of with the credentials, which lie there too.
        if profile is not None:
            return None, None, [complaint("profile", error.message)]
        configured = configuration.Configuration(configuration.path(context.environ, context.home), {})
    own = configured.values.get("endpoint")
    try:
        endpoint = endpoints.choose(
            context.environ, given=context.endpoint, profile=own if profile else None, configured=own
        )
    except BrantError as error:
        return None, None, [complaint("endpoint", error.message)]
    return endpoint, transport_settings(context.environ, configured), []


def _mend(options: Options, context: Context) -> None:
    from brant.cli.doctor.modes import check_modes, mend_modes

    found = [one for one in check_modes(context.environ, context.home) if one.mode is not None]
    if not found:
        context.say("there is no file mode to mend")
        return
    question = f"Run {', '.join(str(one.mode) for one in found)}?"
    context.confirm(question, yes=options.yes)
    mend_modes(found)
    for one in found:
        context.say(f"done: {one.mode}")


def _without_secrets(finding: "Finding") -> "Finding":
    return finding._replace(text=clean(redact(finding.text)), mend=clean(redact(finding.mend)))


def _lines(found: Sequence["Finding"]) -> Iterator[str]:
    for one in found:
        yield f"{one.level:<8} {one.check}: {one.text}\n"
        if one.mend:
            yield f"{'':<8} -> {one.mend}\n"
