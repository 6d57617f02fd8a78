"""Rendering: templates and the style sheet, read from the package when the server is put together."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from brant.contract.scopes import Scope, describe
from brant.server.web.markdown import markdown

_HERE: Final = Path(__file__).parent
_STYLE: Final = _HERE / "assets" / "brant.css"

_HEADINGS: Final = {
    400: "This cannot be answered",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "This address does not take that",
    413: "This is too large",
    421: "This server has another name",
    429: "Too many requests",
    500: "The server failed",
}


class Renderer:
    """Draws pages; every value is escaped, and a name that a template misspells is an error."""

    def __init__(self) -> None:
        self.style = _STYLE.read_bytes()
        self.style_path = f"/static/brant-{hashlib.sha256(self.style).hexdigest()[:16]}.css"
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["markdown"] = markdown
        self._templates.filters["moment"] = _moment
        self._templates.filters["size"] = _size
        self._templates.filters["score"] = _score
        self._templates.filters["allowance"] = _allowance
        self._templates.globals["style_path"] = self.style_path
        self._templates.globals["headings"] = _HEADINGS

    def draw(self, template: str, values: Mapping[str, Any]) -> bytes:
        """The page that `template` makes of `values`."""
        return self._templates.get_template(template).render(values).encode("utf-8", "replace")


def _moment(when: datetime) -> Markup:
    """A point in time in words, with the exact one for programs that read pages aloud or take them apart."""
    words = f"{when.day} {when:%B %Y, %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(f"{when:%Y-%m-%dT%H:%M:%SZ}", words)


def _size(count: int) -> str:
    """A number of bytes in words, in powers of ten."""
    if count < 1000:
        return "1 byte" if count == 1 else f"{count} bytes"
    value, units = count / 1000, iter(("kB", "MB", "GB"))
    unit = next(units)
    while value >= 999.5 and (larger := next(units, None)):
        value, unit = value / 1000, larger
    return f"{value:.3g} {unit}" if value < 999.5 else f"{value:,.0f} {unit}"


def _score(value: float) -> str:
    """A score in few digits, for a plot."""
    return f"{value:.5g}"


def _allowance(scope: Scope) -> str:
    """What a scope allows, as a sentence without its full stop."""
    words = describe(scope)
    return words[:1].upper() + words[1:]
