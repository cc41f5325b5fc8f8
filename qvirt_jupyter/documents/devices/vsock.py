"""Sockets between host and guest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.virtio_options import MODELS, VirtioOptions
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer

if TYPE_CHECKING:
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

LOWEST_CID = 3
"""The first that a guest can have: those below are the host and loopback (vsock(7))."""


class Vsock(VirtioOptions, Device):
    """Sockets between programs of host and guest, without a network.

    https://libvirt.org/formatdomain.html#vsock
    """

    tag = "vsock"
    collection = "vsocks"
    title = _("VirtIO sockets")
    needs_full_virtualization = True
    is_single = True
    order = ("cid", "driver")

    model = Field("@model", Choice(*MODELS), label=_("Model"), advanced=True)
    auto_cid = Field(
        "cid/@auto",
        YesNo(),
        label=_("Automatic CID"),
        help=_("libvirt takes a free address each time the guest starts."),
    )
    cid = Field(
        "cid/@address",
        Integer(LOWEST_CID, 2**32 - 1),
        label=_("CID"),
        help=_("The address of the guest, from 3 on; no other guest of the host may have it."),
    )

    @property
    def display_name(self) -> str:
        """``VirtIO sockets``."""
        return self._numbered(self.title)

    @property
    def summary(self) -> str:
        """The address; while the guest runs, an automatic one is known too."""
        if self.cid is None:
            return str(_("automatic CID")) if self.auto_cid else ""
        return str(_("CID {number}").format(number=self.cid))

    @rule("auto_cid", touches=("cid",))
    def automatic_replaces_a_fixed_one(self) -> None:
        """Let libvirt choose the address."""
        if self.auto_cid:
            self.cid = None

    @rule("cid", touches=("auto_cid",))
    def fixed_is_not_automatic(self) -> None:
        """Say no more that the address is automatic where it is fixed."""
        if self.cid is not None and self.auto_cid:
            self.auto_cid = False

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one whose address libvirt chooses."""
        del domain, host
        return cls(model="virtio", auto_cid=True)
