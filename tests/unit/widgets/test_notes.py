"""Notes in Markdown: what people write is drawn, what would run or spy is not."""

from __future__ import annotations

import pytest
from lxml import html

from qvirt_jupyter.widgets.machine.notes import notes_html


def test_markdown_is_drawn():
    text = "# Web\n\n- one\n- **two**\n\n`ssh web` ~~old~~\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    drawn = notes_html(text)
    for tag in ("<h1>Web</h1>", "<li>one</li>", "<strong>two</strong>", "<code>ssh web</code>"):
        assert tag in drawn
    assert "<s>old</s>" in drawn
    assert "<td>1</td>" in drawn


def test_lines_stay_lines():
    assert "<br" in notes_html("first\nsecond")
    assert notes_html("") == ""


def test_links_open_elsewhere_and_tell_nothing():
    (link,) = html.fragment_fromstring(notes_html("[wiki](https://example.org/?a=1&b=2)"))
    assert link.get("href") == "https://example.org/?a=1&b=2"
    assert link.get("target") == "_blank"
    assert link.get("rel") == "noopener noreferrer"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![spy](https://example.org/pixel.png)",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        '[a](https://example.org "\\" onmouseover=alert(1)")',
        "<javascript:alert(1)>",
        "<iframe src='https://example.org'></iframe>",
        "<svg/onload=alert(1)>",
        "`<script>`",
        "<a href='#' style='position:fixed;inset:0'>x</a>",
        "\n    <script>alert(1)</script>",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(text):
    document = html.fragment_fromstring(notes_html(text), create_parent="div")
    tags = {element.tag for element in document.iter()}
    assert not tags & {"script", "img", "iframe", "svg", "style", "object", "form", "input"}
    for element in document.iter():
        for name, value in element.attrib.items():
            assert name in {"href", "title", "target", "rel"}
            assert name != "href" or value.startswith(("http://", "https://", "mailto:"))
