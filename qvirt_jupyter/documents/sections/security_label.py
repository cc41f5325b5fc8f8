"""How the host's access control marks the guest.

https://libvirt.org/formatdomain.html#security-label
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Text


class SecurityLabel(Element):
    """How one access control of the host marks the guest."""

    tag = "seclabel"
    type = Field(
        "@type",
        Choice("dynamic", "static", "none", open=False),
        label=_("Label"),
        help=_("libvirt makes one up, it is yours, or there is none."),
        advanced=True,
    )
    model = Field(
        "@model",
        Choice("selinux", "apparmor", "dac", "none"),
        label=_("Access control"),
        advanced=True,
    )
    relabel = Field(
        "@relabel",
        YesNo(),
        label=_("Mark files too"),
        help=_("Whether libvirt gives the guest's files the label."),
        advanced=True,
    )
    label = Field("label", Text(), label=_("Label of the guest"), advanced=True)
    image_label = Field(
        "imagelabel",
        Text(),
        label=_("Label of its files"),
        help=_("Said by libvirt of a running guest only."),
        advanced=True,
    )
    base_label = Field(
        "baselabel",
        Text(),
        label=_("Made from"),
        advanced=True,
        when=lambda label: label.type != "static",
    )
