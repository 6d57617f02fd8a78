"""Words: the text of a page that a host wrote as HTML, which is shown as words and never as HTML."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Final

_UNSEEN: Final = frozenset({"script", "style", "template", "title"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS: Final = _HEADINGS | {
    "article",
    "blockquote",
    "div",
    "dl",
    "hr",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
}
_LINES: Final = frozenset({"br", "dd", "dt", "tr"})
_CELLS: Final = frozenset({"td", "th"})
# Comments and declarations, to the last character where nothing ends them: Python's parser raises for some
# of them, and takes time with the square of their number for others.
_ASIDE: Final = re.compile(r"<!--.*?(?:-->|\Z)|<![^>]*(?:>|\Z)|</(?![a-zA-Z])[^>]*(?:>|\Z)", re.DOTALL)
# What is not closed before the next begins: the parser would look to the end of the text for each of them.
_NO_TAG: Final = re.compile(r"<(?![a-zA-Z/?][^<>]*>)")


def words(html: str) -> str:
    """What a reader of `html` sees, blocks apart by an empty line, items with a dot before them."""
    reader = _Reader()
    reader.feed(_NO_TAG.sub("&lt;", _ASIDE.sub("", html)))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._within: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._within[tag] += 1
        self._add("\n• " if tag == "li" else " " if tag in _CELLS else _between(tag))

    def handle_endtag(self, tag: str) -> None:
        self._within[tag] = max(0, self._within[tag] - 1)
        self._add(_between(tag))

    def handle_data(self, data: str) -> None:
        # Elsewhere the line ends of the source are blanks to a reader.
        self._add(data if self._within["pre"] else re.sub(r"\s+", " ", data))

    def _add(self, text: str) -> None:
        if not any(self._within[tag] for tag in _UNSEEN):
            self.parts.append(text)


def _between(tag: str) -> str:
    return "\n\n" if tag in _BLOCKS else "\n" if tag in _LINES else ""
