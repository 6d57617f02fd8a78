"""What scoring can fail by: the participant's file, or what the host has set up."""


class ParticipantError(Exception):
    """The submission cannot be scored as it stands; `message` is for its participant and quotes no truth.

    Rows are counted from 1, the header being row 1.
    """

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class HostError(Exception):
    """Solution or metric are at fault; `message` and `detail`, a traceback or "", are for the host alone."""

    def __init__(self, message: str, detail: str = "") -> None:
        self.message = message
        self.detail = detail
        super().__init__(message)
