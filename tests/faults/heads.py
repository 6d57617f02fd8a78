"""The head of an HTTP message as the test peers read and write it."""

from dataclasses import dataclass
from typing import IO


@dataclass(slots=True)
class Head:
    """The first line and the header fields."""

    line: str
    fields: list[tuple[str, str]]

    @property
    def method(self) -> str:
        return self.line.split(" ", 2)[0]

    @property
    def target(self) -> str:
        return self.line.split(" ", 2)[1]

    @property
    def status(self) -> int:
        return int(self.line.split(" ", 2)[1])

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.fields if key.lower() == name), None)

    def set(self, name: str, value: str | None) -> None:
        """Replace a field, or leave it out."""
        self.fields = [field for field in self.fields if field[0].lower() != name.lower()]
        if value is not None:
            self.fields.append((name, value))

    @property
    def length(self) -> int:
        return int(self.get("content-length") or 0)

    def raw(self) -> bytes:
        lines = [self.line, *(f"{name}: {value}" for name, value in self.fields), "", ""]
        return "\r\n".join(lines).encode("latin-1")


def read_head(reader: IO[bytes]) -> Head | None:
    """The next head; None where the line has ended."""
    line = reader.readline().decode("latin-1").rstrip("\r\n")
    if not line:
        return None
    fields = []
    while text := reader.readline().decode("latin-1").rstrip("\r\n"):
        name, _, value = text.partition(":")
        fields.append((name.strip(), value.strip()))
    return Head(line, fields)
