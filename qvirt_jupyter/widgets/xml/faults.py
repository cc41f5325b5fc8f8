"""What is wrong with a text: not well-formed, refused by libvirt, not in libvirt's schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from lxml import etree

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import InvalidDocument, parse_xml
from qvirt_jupyter.hypervisor import QvirtError, explain_invalid

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.widgets._xml_messages import XmlFault

_LINE: Final = re.compile(r"\(\w+\):(\d+): ")
"""How libvirt begins the message of its XML parser: ``(domain_definition):5: ``."""
_QUOTED: Final = re.compile(r"'([^']{2,})'")


def unreadable(text: str) -> XmlFault | None:
    """Return why a text is not XML that can be read; None where it is."""
    try:
        parse_xml(text)
    except InvalidDocument as error:
        cause = error.__cause__
        if isinstance(cause, etree.XMLSyntaxError):
            title = _("This is not well-formed XML.")
            return _fault(title, str(cause.msg), line=cause.lineno or 0)
        return _fault(_("This cannot be read."), str(error))
    return None


def refused(text: str, error: BaseException) -> XmlFault:
    """Return what libvirt, or the package, said of a text, at the line that it is about."""
    if isinstance(error, InvalidDocument):
        return _fault(_("This cannot be stored."), str(error))
    if not isinstance(error, QvirtError):
        return _fault(
            _("Something unexpected happened; nothing is known to be stored."),
            f"{type(error).__name__}: {error}",
        )
    words = " ".join(part for part in (error.reason, error.next_step) if part)
    return _fault(
        _("libvirt refuses this definition.") if error.code is not None else _("Not stored."),
        words,
        line=_line_of(text, error.details or words),
        details=error.details,
    )


def outside_schema(text: str, root: str) -> XmlFault | None:
    """Return the smallest part of a text that is not as libvirt's schema has it; None where all is.

    Parameters
    ----------
    text
        Well-formed XML.
    root
        The name of its root element; empty for that of any device.
    """
    fault = explain_invalid(text, root or str(parse_xml(text).tag))
    if fault is None:
        return None
    lines = [
        str(words.format(names=", ".join(names)))
        for words, names in (
            (_("Allowed values: {names}."), fault.values),
            (_("Allowed attributes: {names}."), fault.attributes if not fault.values else ()),
            (_("Allowed elements: {names}."), fault.elements),
        )
        if names
    ]
    where = _("In libvirt's schema: “{definition}”, at {path}.")
    if fault.definition:
        lines.append(str(where.format(definition=fault.definition, path=fault.path)))
    return _fault(fault.reason, "\n".join(lines), line=fault.line, level="warning")


def _line_of(text: str, words: str) -> int:
    """Return the line that words are about, from 1; 0 where they do not say."""
    told = _LINE.search(words)
    if told:
        return int(told[1])
    lines = text.splitlines()
    for quoted in _QUOTED.findall(words):
        # A value that stands in one place only is meant; one that stands in several is none.
        value = re.compile(rf"[\"'>]{re.escape(quoted)}[\"'<]|<{re.escape(quoted)}\b")
        found = [number for number, line in enumerate(lines, 1) if value.search(line)]
        if len(found) == 1:
            return found[0]
    return 0


def _fault(
    title: str | LazyString,
    text: str | LazyString,
    *,
    line: int = 0,
    details: str = "",
    level: Literal["error", "warning"] = "error",
) -> XmlFault:
    return {
        "level": level,
        "title": str(title),
        "text": str(text),
        "line": line,
        "details": details,
    }
