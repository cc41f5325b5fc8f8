"""Security labels of what a device uses on the host.

https://libvirt.org/formatdomain.html#security-label
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Text


class SourceSecurityLabel(Element):
    """How a file, device or socket of the host is labelled while a guest uses it."""

    tag = "seclabel"
    model = Field(
        "@model",
        Choice("selinux", "apparmor", "dac", labels={"dac": _("owner and group")}),
        label=_("Security model"),
    )
    relabel = Field(
        "@relabel",
        YesNo(),
        label=_("Change the label"),
        help=_("Off leaves the label that the file has."),
    )
    label = Field("label", Text(), label=_("Label"))
