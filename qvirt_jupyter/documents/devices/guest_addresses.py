"""Addresses and routes that the hypervisor gives to the network of a container or a tap device.

https://libvirt.org/formatdomain.html#setting-ip-addresses-of-guest-interfaces (LXC and user mode)
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Integer

_FAMILY = Choice("ipv4", "ipv6", open=False, labels={"ipv4": "IPv4", "ipv6": "IPv6"})


class GuestAddress(Element):
    """An address of the guest, or of the host's end."""

    tag = "ip"
    address = Field("@address", Address(), label=_("Address"))
    family = Field("@family", _FAMILY, label=_("Family"))
    prefix = Field("@prefix", Integer(0, 128), label=_("Length of the prefix"))
    peer = Field("@peer", Address(), label=_("Address of the other end"), advanced=True)


class GuestRoute(Element):
    """A route of the guest."""

    tag = "route"
    family = Field("@family", _FAMILY, label=_("Family"))
    address = Field("@address", Address(), label=_("Network"))
    netmask = Field("@netmask", Address(4), label=_("Netmask"), advanced=True)
    prefix = Field("@prefix", Integer(0, 128), label=_("Length of the prefix"))
    gateway = Field("@gateway", Address(), label=_("Gateway"))
    metric = Field("@metric", Integer(1), label=_("Metric"), advanced=True)
