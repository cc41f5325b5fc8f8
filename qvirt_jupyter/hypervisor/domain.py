"""A virtual machine, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor import (
    addresses,
    disk_sizes,
    guest_identity,
    guest_info,
    html,
    screenshot,
)
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.displays import Display, displays_of
from qvirt_jupyter.hypervisor.domain_definition import Definition
from qvirt_jupyter.hypervisor.domain_handle import read_state
from qvirt_jupyter.hypervisor.domain_stats import DomainStats
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, QvirtError, WrongState
from qvirt_jupyter.hypervisor.guest_agent import is_agent_connected
from qvirt_jupyter.hypervisor.hotplug import Hotplug
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.power import Power
from qvirt_jupyter.hypervisor.state_reasons import reason_text

if TYPE_CHECKING:
    import libvirt

    from qvirt_jupyter.hypervisor.addresses import Address, Source
    from qvirt_jupyter.hypervisor.guest_info import GuestInfo
    from qvirt_jupyter.hypervisor.records import DomainRecord
    from qvirt_jupyter.hypervisor.screenshot import Screenshot

_KIB_PER_MIB: Final = 1024


class Domain(Power, Definition, Hotplug):
    """A virtual machine: ``connection.domains["web"]``.

    Methods block until libvirt has answered; ``vm.submit.<same name>()`` returns a
    :class:`~qvirt_jupyter.hypervisor.Job` at once. Properties ask libvirt afresh, so the next line
    of a cell can rely on them; :attr:`record` is what the inventory knows.

    Parameters
    ----------
    connection
        The connection that it belongs to.
    uuid
        Its UUID.
    name
        Its name, where the caller knows it already.
    """

    @property
    def record(self) -> DomainRecord:
        """What the inventory knows of it, without asking libvirt.

        Raises
        ------
        NotFound
            The inventory does not know it (yet, or any more).
        """
        return self.connection.inventory.domain(self.uuid)

    @property
    def stats(self) -> DomainStats:
        """What it uses, without asking libvirt."""
        return DomainStats(self.connection.stats, self.uuid)

    def addresses(self, source: Source | None = None) -> tuple[Address, ...]:
        """Return the guest's IP addresses; empty where nobody knows one.

        Parameters
        ----------
        source
            Ask only the guest agent (``"agent"``), the DHCP leases of libvirt's networks
            (``"lease"``) or the host's ARP table (``"arp"``). Without it they are asked in this
            order until one knows an address, and the agent only if it is there.

        Raises
        ------
        QvirtError
            The one source that was asked for does not answer.
        """
        if source is not None and source not in addresses.SOURCES:
            raise InvalidDefinition(
                _("There is no source {source}.").format(source=repr(source)),
                subject=self.subject,
                next_step=_("Use 'agent', 'lease', 'arp' or None."),
            )
        definition = self._definition()
        macs = addresses.macs_of(definition)
        if source is not None:
            return addresses.addresses_of(self._ask_addresses(source), source, macs)
        if not self.is_active:
            return ()
        sources = [
            known
            for known in addresses.SOURCES
            if known != "agent" or is_agent_connected(definition)
        ]
        found = addresses.first_answer(self._ask_addresses, sources, macs)
        self.connection.inventory.observe_addresses(self.uuid, tuple(map(str, found)))
        return found

    def screenshot(self, screen: int = 0) -> Screenshot:
        """Return a picture of its screen; a notebook shows it as an image.

        Parameters
        ----------
        screen
            Number of the screen, from 0.

        Raises
        ------
        WrongState
            It is off.
        Unsupported
            The driver takes no pictures.
        """
        if not self.is_active:
            raise WrongState(
                _("It is off and has no picture."),
                subject=self.subject,
                next_step=_("Start it first."),
            )
        subject = self.subject
        return self.connection.call(
            lambda connection: screenshot.take(connection, self._find(connection), screen, subject),
            subject=subject,
        )

    def displays(self) -> tuple[Display, ...]:
        """Return its displays, with the ports that they have now."""
        return displays_of(self._definition())

    def guest_info(self) -> GuestInfo:
        """Return what the guest says of its own system; its agent is asked.

        Raises
        ------
        QvirtError
            It is off, or has no agent that answers.
        """
        return self._call(guest_info.read)

    def disk_sizes(self) -> dict[str, int]:
        """Return how large its disks are in bytes, by target; what nobody knows is left out.

        Removable media that are not in its definition for the next start do not count.
        """
        stored = self.document(inactive=self.persistent)
        return self.connection.call(
            lambda connection: disk_sizes.read(connection, self._find(connection), stored),
            subject=self.subject,
        )

    @action(_("Give the guest of {name} a name of its own"), cancel=lambda _vm: lambda: None)
    def renew_guest(self, host_name: str | None = None, *, patience: float = 180) -> None:
        """Give the guest another host name and machine ID, by its agent: after it was copied.

        Parameters
        ----------
        host_name
            The name; None makes one of the machine's, empty leaves it.
        patience
            Seconds to wait for the agent at most.

        Raises
        ------
        WrongState
            It does not run.
        Unsupported
            It has no channel for an agent.
        OperationFailed
            The agent does not answer, or the guest could not do it.
        """
        if not self.is_active:
            raise WrongState(
                _("It does not run."), subject=self.subject, next_step=_("Start it first.")
            )
        job, subject = current_job(), self.subject
        name = guest_identity.host_name(self.name) if host_name is None else host_name

        def do(domain: libvirt.virDomain) -> None:
            check = job.check_cancelled if job is not None else lambda: None
            guest_identity.wait_for_agent(domain, subject, patience, check)
            guest_identity.renew(domain, name, subject)

        self._call(do)

    def _ask_addresses(self, source: Source) -> Any:  # noqa: ANN401 - libvirt has no types
        number = addresses.SOURCES[source]
        return self._call(lambda domain: domain.interfaceAddresses(number, 0))

    def __repr__(self) -> str:
        try:
            state = str(self.state.label)
        except QvirtError as error:
            state = error.reason
        name = self._known_name or self.uuid
        return f"<{type(self).__name__} {name!r} on {self.connection.uri}: {state}>"

    def _repr_html_(self) -> str:
        try:
            pairs = self._call(_summary)
        except QvirtError as error:
            pairs = ((_("State"), error.reason),)
        return html.properties(
            _("Virtual machine {name}").format(name=self._known_name or self.uuid),
            (*pairs, (_("UUID"), self.uuid), (_("Connection"), self.connection.uri)),
        )


def _summary(domain: libvirt.virDomain) -> tuple[tuple[object, object], ...]:
    """Return what a notebook shows of a machine, from one look at it."""
    definition = parse_xml(domain.XMLDesc(0))
    state = read_state(domain)
    reason = reason_text(*domain.state(0)[:2])
    _state, largest, memory, vcpus, _time = domain.info()
    return (
        (_("Title"), definition.findtext("title") or ""),
        (_("State"), f"{state.label} ({reason})" if reason else state.label),
        (_("Processors"), vcpus),
        (
            _("Memory"),
            _("{memory} MiB of {largest} MiB").format(
                memory=memory // _KIB_PER_MIB, largest=largest // _KIB_PER_MIB
            ),
        ),
        (_("Description"), definition.findtext("description") or ""),
    )
