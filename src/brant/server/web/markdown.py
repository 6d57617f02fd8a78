"""Markdown: what people write, as HTML of this server's making; HTML in it stays words (CommonMark 0.31)."""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# The page has a title, and a heading above each text.
_DEEPER: Final = 2
# A text that is made to be slow takes about a second for as much.
_LONGEST: Final = 200_000


def markdown(text: str) -> Markup:
    """`text` in paragraphs, lists, tables and links, which lead to the web or to a mailbox; without images.

    A very long one is shown as it was written.
    """
    if len(text) > _LONGEST:
        return Markup('<div class="text">{}</div>').format(text)
    reader = _reader()
    tokens = reader.parse(text)
    _fit(tokens)
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704 - every text in it is escaped


@functools.cache
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    reader.validateLink = _is_plain  # type: ignore[assignment, method-assign]
    return reader


def _is_plain(address: str) -> bool:
    """Whether a link may lead there: to the web, to a mailbox, or to a place of this server."""
    scheme, colon, _ = address.strip().lower().partition(":")
    return scheme in ("http", "https", "mailto") if colon and "/" not in scheme else True


def _fit(tokens: "Sequence[Token]") -> None:
    """Headings below those of the page, and links that lend nobody this server's name (HTML, §4.6.7)."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + _DEEPER)}"
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("rel", "nofollow noopener ugc")
