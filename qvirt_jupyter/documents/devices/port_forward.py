"""Ports of the host that lead into a guest.

https://libvirt.org/formatdomain.html#userspace-connection-using-passt
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Port
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Text


class PortRange(Element):
    """Ports that are forwarded together, or that are left out."""

    tag = "range"
    start = Field("@start", Port(), label=_("First port"))
    end = Field("@end", Port(), label=_("Last port"), help=_("Empty means one port only."))
    to = Field(
        "@to", Port(), label=_("First port in the guest"), help=_("Empty means the same port.")
    )
    exclude = Field("@exclude", YesNo(), label=_("Left out"), advanced=True)


class PortForward(Element):
    """Ports of the host that lead into the guest."""

    tag = "portForward"
    protocol = Field("@proto", Choice("tcp", "udp", open=False), label=_("Protocol"))
    address = Field(
        "@address",
        Address(),
        label=_("Address on the host"),
        help=_("Empty means all addresses; then everybody who reaches the host gets in."),
    )
    device = Field("@dev", Text(), label=_("Network device"), advanced=True)
    ranges = Many(PortRange)
