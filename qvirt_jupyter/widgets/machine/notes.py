"""Notes of a machine, which people write in Markdown: as HTML that can do no harm."""

from __future__ import annotations

from typing import Final

import bleach  # type: ignore[import-untyped] # it has no stubs of its own
from markdown_it import MarkdownIt

# What somebody wrote into a machine's description is shown to whoever manages it: HTML in it is
# text, and pictures, which would tell a far server who looks, are not fetched.
_MARKDOWN: Final = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .enable(["table", "strikethrough"])
    .disable("image")
)
_TAGS: Final = frozenset(
    (
        *("p", "br", "hr", "blockquote", "pre", "code", "ul", "ol", "li"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "a", "em", "strong", "s"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    )
)
_ATTRIBUTES: Final = {"a": ["href", "title", "target", "rel"]}
_PROTOCOLS: Final = frozenset({"http", "https", "mailto"})


def notes_html(text: str) -> str:
    """Return Markdown as HTML: headings, lists, tables, code and links, and nothing that runs.

    Parameters
    ----------
    text
        What somebody wrote.
    """
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("target", "_blank")
                child.attrSet("rel", "noopener noreferrer")
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    # A second wall, should the first one have a hole one day.
    clean: str = bleach.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, protocols=_PROTOCOLS, strip=True
    )
    return clean
