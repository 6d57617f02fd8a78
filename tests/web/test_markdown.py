"""Markdown: what people write is shown as they meant it, and does nothing else."""

import pytest

from brant.server.web.competitions.words import words
from brant.server.web.markdown import markdown


def test_headings_stand_below_those_of_the_page() -> None:
    assert markdown("# One\n\n##### Five") == "<h3>One</h3>\n<h6>Five</h6>\n"


def test_tables_and_lists_are_drawn() -> None:
    drawn = markdown("| a |\n| - |\n| 1 |\n\n- x\n- y")
    assert "<td>1</td>" in drawn
    assert drawn.count("<li>") == 2


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html,x)",
        "[a](vbscript:x)",
        '[a](https://x.y "\\" onmouseover=alert(1)")',
        "<javascript:alert(1)>",
        '```" onmouseover=alert(1)\nx\n```',
    ],
)
def test_nothing_in_it_is_run(hostile: str) -> None:
    drawn = markdown(hostile)
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert 'href="javascript' not in drawn.lower()
    assert 'href="data' not in drawn
    assert 'href="vbscript' not in drawn
    assert '" onmouseover' not in drawn


def test_no_image_is_loaded_from_elsewhere() -> None:
    assert "<img" not in markdown("![a goose](https://x.y/goose.png)")


def test_a_link_lends_nobody_the_name_of_this_server() -> None:
    assert 'rel="nofollow noopener ugc"' in markdown("[a](https://x.y)")


def test_a_text_of_any_length_is_shown() -> None:
    assert markdown("[" * 300_000) == f'<div class="text">{"[" * 300_000}</div>'


def test_html_that_never_closes_a_tag_is_read_in_one_pass() -> None:
    assert words("<a " * 100_000).startswith("<a <a")
