"""Standard error: lines for the reader, and the progress that they must not tear."""

from typing import TYPE_CHECKING, Literal, NamedTuple, TextIO

from brant.cli.output import clean
from brant.redact import redact

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from brant.transfer.progress import Progress

Kind = Literal["bar", "json", "none"]

_KINDS: tuple[Kind, ...] = ("bar", "json", "none")


class Showing(NamedTuple):
    """How bytes on the move are shown: by bars, also one for each file, by events, or not at all."""

    kind: Kind = "bar"
    per_file: bool = False


class Voice:
    """What one call says on standard error. From any thread."""

    def __init__(self, err: TextIO) -> None:
        self._err = err
        self._progress: Progress | None = None

    def say(self, text: str) -> None:
        """One line: a hint, a warning, what happens now. Among events it is one of them."""
        if self._progress:
            self._progress.note(text)
        else:
            self._err.write(clean(redact(text)) + "\n")

    def show(self, showing: Showing) -> "Progress":
        """A progress as `showing` says; whoever asks for it closes it."""
        from brant.transfer.progress import Bars, Events, Silent

        if showing.kind == "none":
            return Silent()
        shown = Events(self._err) if showing.kind == "json" else Bars(self._err, verbose=showing.per_file)
        self._progress = shown
        return shown


def declare_progress(parser: "ArgumentParser", *, quiet: str) -> None:
    """The options of verbs that move bytes; `quiet` is the help of `-q`."""
    parser.add_argument(
        "--progress",
        choices=_KINDS,
        help="a bar on a terminal (bar, the default), one JSON event a line on standard error (json), or "
        "nothing (none)",
    )
    parser.add_argument(
        "-v", "--per-file", action="store_true", help="a bar for each file too; so does --verbose"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help=quiet)


def read_progress(parsed: "Namespace") -> Showing:
    """The progress options of one call."""
    kind: Kind = parsed.progress or ("none" if parsed.quiet else "bar")
    return Showing(kind, per_file=parsed.per_file or parsed.verbose)
