"""`brant competitions submit`: submits a file, or what a notebook writes; waits for the score if wanted."""

from argparse import ArgumentParser, Namespace
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from brant.cli.competitions.arguments import Which, declare_competition, read_competition
from brant.cli.confirm import declare_yes
from brant.cli.context import Context
from brant.cli.output import Column, Format, Value, counted
from brant.cli.parser import count, declare_format, seconds
from brant.cli.voice import Showing
from brant.errors import BrantError, SubmissionFailed, UsageError

if TYPE_CHECKING:
    from brant.client.competitions.submitting import Submitted
    from brant.client.session import Session
    from brant.contract.competition_messages import ApiSubmission

EXAMPLES = """\
examples:
  brant competitions submit penguins -f submission.csv -m "a first try"
  brant competitions submit penguins -f submission.csv -m "deeper" --wait --yes
  brant competitions submit penguins -k owner/notebook -v 3 -f submission.csv -m notebook"""

_COLUMNS = (
    Column("ref", "number"),
    Column("message"),
    Column("status"),
    Column("publicScore"),
    Column("privateScore"),
)
# How long --wait waits unless it says otherwise: longer than a scoring may take, by default.
_PATIENCE = 3600.0


class Options(NamedTuple):
    """What to submit; `wait` is for how many seconds, None not at all; `yes` stands for the answer."""

    competition: Which
    file: str | None
    kernel: str | None
    version: int | None
    message: str
    trial: bool
    wait: float | None
    yes: bool
    quiet: bool
    format: Format


def declare(parser: ArgumentParser) -> None:
    """The command line of `brant competitions submit`."""
    declare_competition(parser)
    parser.add_argument(
        "-f", "--file", metavar="FILE", help="the file; with -k, the one that the notebook writes"
    )
    parser.add_argument("-m", "--message", required=True, help="what is new in this submission")
    parser.add_argument("-k", "--kernel", metavar="OWNER/SLUG", help="a notebook, instead of a file of yours")
    parser.add_argument("-v", "--version", type=_version, metavar="N", help="the version of that notebook")
    parser.add_argument(
        "--sandbox", action="store_true", help="a trial, for hosts: it is scored and counts for nothing"
    )
    parser.add_argument(
        "--wait",
        nargs="?",
        type=seconds,
        const=_PATIENCE,
        metavar="SECONDS",
        help="wait for the score, an hour at most unless it says otherwise",
    )
    declare_yes(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress, no hints")
    declare_format(parser, short=False)


def _version(text: str) -> int:
    return count(text)


def read(parsed: Namespace) -> Options:
    """The options of one call. Raises UsageError for what does not go together."""
    if bool(parsed.kernel) != bool(parsed.version):
        raise UsageError(
            "a notebook is submitted by --kernel and --version together: give both, or --file alone"
        )
    if not parsed.file:
        raise UsageError("say what to submit: --file")
    if parsed.kernel and parsed.sandbox:
        raise UsageError("--sandbox is for files: leave it out with --kernel")
    return Options(
        competition=read_competition(parsed),
        file=parsed.file,
        kernel=parsed.kernel,
        version=parsed.version,
        message=parsed.message,
        trial=parsed.sandbox,
        wait=parsed.wait,
        yes=parsed.yes,
        quiet=parsed.quiet,
        format=parsed.format,
    )


def run(options: Options, context: Context) -> None:
    """Submits after asking. Raises Declined, SubmissionFailed with the reason where it cannot be scored."""
    output = context.output(options.format)
    output.chosen(_COLUMNS)
    slug = options.competition.slug(context)
    what = _what(options)
    context.confirm(f"Submit {what} to {slug}? It counts against what you may submit.", yes=options.yes)
    with context.session() as session:
        submitted = _submit(session, slug, options, context)
        if options.wait is not None and not options.quiet:
            # Whoever is interrupted while waiting knows what to look for.
            context.say(f"Submitted as number {submitted.ref}, waiting for its score.")
        scored = _scored(session, submitted, options)
        if not options.quiet:
            _tell_rest(session, slug, context)
    output.record(_COLUMNS, _row(submitted, scored), sentence=_sentence(submitted, scored))


def _what(options: Options) -> str:
    """What is to be submitted, looked at before anybody is asked. Raises as `single_file` does."""
    if options.kernel:
        return f"{options.file} of {options.kernel}, version {options.version},"
    from brant.cli.table import size
    from brant.client.uploads.single import single_file

    file = single_file(Path(options.file or ""))
    return f"{file.local} ({size(file.size)})"


def _submit(session: "Session", slug: str, options: Options, context: Context) -> "Submitted":
    from brant.client.competitions.submitting import Notebook, submit, submit_notebook

    file = options.file or ""
    if options.kernel:
        notebook = Notebook.parse(options.kernel, options.version or 0, file)
        return submit_notebook(session, slug, notebook, options.message)
    with closing(context.progress(Showing("none" if options.quiet else "bar"))) as progress:
        return submit(session, slug, Path(file), options.message, trial=options.trial, progress=progress)


def _scored(session: "Session", submitted: "Submitted", options: Options) -> "ApiSubmission | None":
    """The submission in its final state, where that is waited for. Raises SubmissionFailed."""
    if options.wait is None:
        return None
    from brant.client.competitions.submissions import wait_for
    from brant.contract.competition_messages import SubmissionStatus

    found = wait_for(session, submitted.ref, options.wait)
    if found.status is SubmissionStatus.ERROR:
        raise SubmissionFailed(
            f"submission {submitted.ref} cannot be scored: {found.error_description or 'no reason is told'}"
        )
    return found


def _tell_rest(session: "Session", slug: str, context: Context) -> None:
    """How many submissions are left: good to know, and no reason to fail by now."""
    from brant.client.competitions.submissions import limits

    with suppress(BrantError):
        left = limits(session, slug).num_allowed_now
        context.say(f"{counted(left, 'submission')} remaining today.")


def _row(submitted: "Submitted", scored: "ApiSubmission | None") -> tuple[Value, ...]:
    if scored is None:
        return (submitted.ref, submitted.message, None, None, None)
    return (
        submitted.ref,
        submitted.message,
        scored.status.value,
        scored.public_score or None,
        scored.private_score or None,
    )


def _sentence(submitted: "Submitted", scored: "ApiSubmission | None") -> str:
    if scored is None:
        return submitted.message or f"Submitted as number {submitted.ref}."
    private = f", private score {scored.private_score}" if scored.private_score else ""
    return f"Submission {submitted.ref}: score {scored.public_score or 'none'}{private}"
