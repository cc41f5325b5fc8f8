"""What the DNS server of a virtual network answers.

https://libvirt.org/formatnetwork.html#addressing
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Host, Port
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text


class DnsForwarder(Element):
    """Another server that is asked what this one does not know."""

    tag = "forwarder"
    domain = Field("@domain", Host(), label=_("Domain"), unset=_("All domains"))
    address = Field("@addr", Address(), label=_("Server"), unset=_("Servers of the host"))


class DnsText(Element):
    """A text that a name stands for."""

    tag = "txt"
    name = Field("@name", Host(), label=_("Name"))
    value = Field("@value", Text(), label=_("Text"))


class DnsService(Element):
    """Where a service is found."""

    tag = "srv"
    service = Field("@service", Text(), label=_("Service"), help=_("Such as ldap or sip."))
    protocol = Field("@protocol", Choice("tcp", "udp"), label=_("Protocol"))
    domain = Field("@domain", Host(), label=_("Domain"), unset=_("Domain of the network"))
    target = Field("@target", Host(), label=_("Machine"))
    port = Field("@port", Port(), label=_("Port"))
    priority = Field("@priority", Integer(0, 65535), label=_("Priority"), advanced=True)
    weight = Field("@weight", Integer(0, 65535), label=_("Weight"), advanced=True)


class HostName(Element):
    """A name of a machine."""

    tag = "hostname"
    name = Field(".", Host(), label=_("Name"))


class DnsHost(Element):
    """A machine whose names the server knows besides those that got an address from it."""

    tag = "host"
    ip = Field("@ip", Address(), label=_("Address"))
    names = Many(HostName, key="name")


class Dns(Element):
    """The DNS server of the network."""

    tag = "dns"
    enabled = Field("@enable", YesNo(), label=_("DNS server"), unset=_("Default (yes)"))
    forwards_plain_names = Field(
        "@forwardPlainNames",
        YesNo(),
        label=_("Ask others for plain names"),
        help=_("Whether the servers of the host are asked for names without a dot."),
        unset=_("Default (yes)"),
        advanced=True,
    )
    forwarders = Many(DnsForwarder)
    texts = Many(DnsText, key="name")
    services = Many(DnsService)
    hosts = Many(DnsHost, key="ip")
