"""What a host can run, as far as a new guest has to know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import Unsupported
from qvirt_jupyter.provision.guest.platform import best_machine, offers_uefi
from qvirt_jupyter.provision.kvm import kvm_works
from qvirt_jupyter.provision.osinfo import GENERIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.documents.guest_capabilities import Guest
    from qvirt_jupyter.hypervisor.connection import Connection

QEMU = frozenset({"qemu", "kvm"})
"""The types of domains that QEMU runs."""


def _unknown(domain: documents.Domain) -> documents.DomainCapabilities | None:  # noqa: ARG001 - as HostOffer calls it
    return None


@dataclass(frozen=True, slots=True)
class HostOffer:
    """What a host can run.

    Parameters
    ----------
    capabilities
        What libvirt says of the host.
    for_machine
        Given a definition, returns what the host offers to such a machine, or None.
    is_local
        Whether the host is this machine, so that its displays need no port.
    is_session
        Whether it is an ordinary user's own libvirt.
    kvm_works
        Whether guests really run with KVM; it may be listed and not work.
    """

    capabilities: documents.Capabilities
    for_machine: Callable[[documents.Domain], documents.DomainCapabilities | None] = field(
        default=_unknown, repr=False
    )
    is_local: bool = True
    is_session: bool = False
    kvm_works: bool = True

    @classmethod
    def of(cls, connection: Connection) -> HostOffer:
        """Ask the host of an open connection.

        The first call on a machine that lists KVM tries it, which may take 15 seconds.

        Raises
        ------
        QvirtError
            The connection is lost, or its driver does not say what it can run.
        """
        text = connection.call(lambda raw: raw.getCapabilities(), subject=connection.subject)
        capabilities = documents.parse(text)
        if not isinstance(capabilities, documents.Capabilities) or not capabilities.guests:
            raise Unsupported(
                _("The host does not say which machines it can run."),
                subject=connection.subject,
                next_step=_("Install QEMU there, and open the connection again."),
            )
        is_local = not connection.features.reason("open_graphics_fd")
        lists_kvm = any("kvm" in guest.types for guest in capabilities.guests)
        return cls(
            capabilities,
            connection.domain_capabilities,
            is_local=is_local,
            is_session="/session" in connection.uri,
            kvm_works=lists_kvm and (kvm_works() if is_local else True),
        )

    @property
    def architecture(self) -> str:
        """The architecture of a guest that nobody chose one for: the host's own, if it runs it."""
        return self.capabilities.architectures(self.os_type)[0]

    @property
    def os_type(self) -> str:
        """What its guests are: ``hvm`` whole machines, ``exe`` containers."""
        return "hvm" if self.capabilities.architectures() else "exe"

    def best_type(self, architecture: str) -> str:
        """Return the fastest hypervisor for guests of an architecture.

        Raises
        ------
        ValueError
            The host runs none; the text names those that it runs.
        """
        types = self.guest(architecture).types
        usable = [each for each in types if each != "kvm" or self.kvm_works]
        return (usable or list(types))[0]

    def has_uefi(self, architecture: str, type_: str) -> bool | None:
        """Whether machines of an architecture can start from UEFI; asks the host.

        Parameters
        ----------
        architecture, type_
            Of the machines, and what runs them.

        Returns
        -------
        bool or None
            None where the host does not say.

        Raises
        ------
        ValueError
            It runs no such machines.
        QvirtError
            The connection is lost.
        """
        guest = self.guest(architecture)
        domain = documents.Domain(type=type_)
        domain.os.type, domain.os.arch = guest.os_type, architecture
        domain.os.machine = best_machine(GENERIC, guest, type_)
        hypervisor = guest.hypervisors.get(type_)
        own = hypervisor.emulator if hypervisor is not None else None
        domain.devices.emulator = own or guest.emulator
        offer = self.for_machine(domain)
        if offer is None:
            return None
        return offers_uefi(offer)

    def guest(self, architecture: str) -> Guest:
        """Return what the host says of guests of an architecture.

        Raises
        ------
        ValueError
            It runs none; the text names those that it runs.
        """
        found = self.capabilities.guest(architecture, self.os_type)
        if found is None:
            known = ", ".join(self.capabilities.architectures(self.os_type))
            message = _("This host runs no {architecture} machines, but {known}.")
            raise ValueError(str(message.format(architecture=architecture, known=known)))
        return found
