"""What part of a network a card belongs to: its VLANs and its port on a managed switch.

https://libvirt.org/formatdomain.html#setting-vlan-tag-on-supported-network-types-only
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text, Uuid
from qvirt_jupyter.documents.variant import Variant

_PORT = _("Port of the switch")


class VlanTag(Element):
    """One VLAN."""

    tag = "tag"
    id = Field("@id", Integer(0, 4095), label=_("Number"))
    native_mode = Field(
        "@nativeMode",
        Choice("tagged", "untagged", open=False),
        label=_("For packets without a tag"),
        advanced=True,
    )


class Vlan(Element):
    """The VLANs that a card belongs to."""

    tag = "vlan"
    trunk = Field(
        "@trunk",
        YesNo(),
        label=_("Several VLANs"),
        help=_("The guest gets the tags of several VLANs and handles them itself."),
        group=_("VLAN"),
        advanced=True,
    )
    tags = Many(VlanTag, key="id")


class VepaPort(Element):
    """A port as IEEE 802.1Qbg describes it."""

    manager = Field(
        "parameters/@managerid", Integer(0, 255), label=_("Manager"), group=_PORT, advanced=True
    )
    type_id = Field(
        "parameters/@typeid", Integer(0, 0xFFFFFF), label=_("Type"), group=_PORT, advanced=True
    )
    type_version = Field(
        "parameters/@typeidversion",
        Integer(0, 255),
        label=_("Version of the type"),
        group=_PORT,
        advanced=True,
    )
    instance = Field(
        "parameters/@instanceid", Uuid(), label=_("Instance"), group=_PORT, advanced=True
    )


class ExtenderPort(Element):
    """A port as IEEE 802.1Qbh describes it."""

    profile = Field(
        "parameters/@profileid",
        Text(max_length=39),
        label=_("Profile"),
        group=_PORT,
        advanced=True,
    )


class OpenVSwitchPort(ExtenderPort):
    """A port of Open vSwitch."""

    interface = Field(
        "parameters/@interfaceid", Uuid(), label=_("Interface"), group=_PORT, advanced=True
    )


class MidonetPort(Element):
    """A port of MidoNet."""

    interface = Field(
        "parameters/@interfaceid", Uuid(), label=_("Interface"), group=_PORT, advanced=True
    )


class VirtualPort(Element):
    """The port of a managed switch."""

    tag = "virtualport"
    type = Field(
        "@type",
        Choice("openvswitch", "802.1Qbg", "802.1Qbh", "midonet"),
        label=_("Kind of port"),
        group=_PORT,
        essential=True,
        advanced=True,
    )
    parameters = Variant(
        "@type",
        {
            "openvswitch": OpenVSwitchPort,
            "802.1Qbg": VepaPort,
            "802.1Qbh": ExtenderPort,
            "midonet": MidonetPort,
        },
    )
