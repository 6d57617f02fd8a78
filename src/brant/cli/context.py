"""What a verb gets besides its options: the environment, the streams, and the way to a session."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from brant.cli.output import Format, Output
from brant.cli.voice import Showing, Voice

if TYPE_CHECKING:
    from brant.cli.confirm import Consent
    from brant.client.credentials import Credentials
    from brant.client.session import Session
    from brant.transfer.progress import Progress


class Context(NamedTuple):
    """The edge of the process, taken once: nothing below reads the environment or the streams by itself."""

    environ: Mapping[str, str]
    home: Path
    endpoint: str | None
    profile: str | None
    verbose: bool
    stdin: TextIO | None
    out: TextIO
    err: TextIO
    consent: "Consent"
    voice: Voice

    def session(self, credentials: "Credentials | None" = None) -> "Session":
        """A session with the server that options and environment name; without `credentials`, with those that
        they name, too.
        """
        from brant.client.session import Session

        session = Session.from_environ(
            self.environ,
            self.home,
            endpoint=self.endpoint,
            profile=self.profile,
            credentials=credentials,
            warn=self.say,
            guard=self.consent.check,
        )
        if not self.verbose:
            return session
        from brant.cli.trace import traced

        return traced(session, self.say)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Asks before what cannot be undone, or spends what there is little of. Raises Declined."""
        self.consent.ask(question, yes=yes, stdin=self.stdin, err=self.err)

    def setting(self, name: str) -> str | None:
        """A value of the configuration file, or of the variable that wins over it."""
        from brant.client import configuration

        profile = configuration.profile_of(self.environ, self.profile)
        return configuration.load(self.environ, self.home, profile).get(name, self.environ)

    def output(self, format_: Format) -> Output:
        """Where results go."""
        return Output(self.out, format_)

    def progress(self, showing: Showing) -> "Progress":
        """Where bytes on the move are shown; whoever asks for it closes it."""
        return self.voice.show(showing)

    def tell_next(self, token: str | None) -> None:
        """Says by which token the next page of a list is found, if there is one."""
        if token:
            self.say(f"Next Page Token = {token}")

    def say(self, text: str) -> None:
        """One line for the reader, on standard error: a hint, a warning, what happens now."""
        self.voice.say(text)
