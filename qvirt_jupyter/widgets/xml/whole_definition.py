"""A whole definition that is typed into a form, as code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import InvalidDocument, Text, parse_xml
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.widgets.xml import faults as xml_faults

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._form_messages import CodeFault
    from qvirt_jupyter.widgets._xml_messages import XmlFault


class XmlText(Text):
    """XML of one kind; what libvirt's schema has against it is marked at its line.

    Parameters
    ----------
    root
        The name of its root element: ``network``.
    """

    language = "xml"

    def __init__(self, root: str) -> None:
        super().__init__(multiline=True)
        self._root = root

    def check(self, value: str | None) -> None:
        """Refuse what cannot be read; the schema only warns: libvirt may know more than it."""
        super().check(value)
        try:
            root = parse_xml(value or "")
        except InvalidDocument as error:
            raise ValueError(str(error)) from error
        if root.tag != self._root:
            raise ValueError(
                str(_("It begins with <{root}>, not with <{found}>.")).format(
                    root=self._root, found=root.tag
                )
            )

    def faults(self, text: str) -> list[CodeFault]:
        """Return what is wrong with it or looks so, at its lines."""
        fault = xml_faults.unreadable(text)
        if fault is None:
            try:
                fault = xml_faults.outside_schema(text, self._root)
            except QvirtError:
                # Without schemas on this machine libvirt itself says what is wrong.
                return []
        return [] if fault is None else [_at_its_line(fault)]


def _at_its_line(fault: XmlFault) -> CodeFault:
    words = " ".join(part for part in (fault["title"], fault["text"]) if part)
    return {"line": fault["line"] or 1, "text": words, "level": fault["level"]}
