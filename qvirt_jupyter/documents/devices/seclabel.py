"""Security labels of one device.

https://libvirt.org/formatdomain.html#security-label
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Text


class DeviceSeclabel(Element):
    """How one security driver labels the files of a device."""

    tag = "seclabel"
    model = Field("@model", Choice("dac", "selinux", "apparmor"), label=_("Security driver"))
    relabel = Field("@relabel", YesNo(), label=_("Relabel"))
    skipped = Field("@labelskip", YesNo(), label=_("Could not be labelled"), advanced=True)
    label = Field("label", Text(), label=_("Label"))
