"""One wait for a guest: for its state, its agent, its address, a port, in an order that fits."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, TypeVar

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.hypervisor.errors import (
    ConnectionLost,
    InvalidDefinition,
    QvirtError,
    Unsupported,
)
from qvirt_jupyter.hypervisor.guest.agent_files import AgentFiles
from qvirt_jupyter.hypervisor.guest.agent_line import AgentLine
from qvirt_jupyter.hypervisor.guest.agent_programs import AgentPrograms
from qvirt_jupyter.hypervisor.guest.condition import AgentCondition, sight_of
from qvirt_jupyter.hypervisor.guest.far_ports import FarPorts
from qvirt_jupyter.hypervisor.guest.ports import (
    PortSight,
    forward_to,
    listens,
    look_at_port,
    only_by_forward,
    refuse_without_way,
)
from qvirt_jupyter.hypervisor.guest.ready import GuestReady
from qvirt_jupyter.hypervisor.guest.waiting import NotYet, Wait
from qvirt_jupyter.hypervisor.networks import addresses
from qvirt_jupyter.hypervisor.networks.address_diagnosis import why_no_address
from qvirt_jupyter.hypervisor.records import DomainState
from qvirt_jupyter.hypervisor.ssh import command as ssh_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.domain_handle import DomainHandle
    from qvirt_jupyter.hypervisor.guest.condition import GuestSight
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.hypervisor.networks.addresses import Address

_Found = TypeVar("_Found")
_PING: Final = 3
"""Seconds for the agent to answer one question."""
_PORTS: Final = range(1, 65536)
_TABLE_AT_MOST: Final = 1024 * 1024
_LOST: Final = NotYet(_("the connection is lost and tried again"), _("Wait a moment."))


class GuestWait:
    """Waits for things of one guest within one time.

    Parameters
    ----------
    machine
        The machine.
    timeout
        Seconds for all of it together.
    """

    def __init__(self, machine: DomainHandle, timeout: float) -> None:
        self._machine = machine
        self._line = AgentLine(machine)
        connection = machine.connection
        self._far = (
            FarPorts(connection.parts, machine.subject, connection.credentials)
            if connection.parts.transport in ssh_command.TRANSPORTS
            else None
        )
        self._wake = threading.Event()
        self._wait = Wait(timeout, machine.subject, wake=self._wake)

    def run(
        self, *, state: DomainState | None, agent: bool, address: bool, port: int | None
    ) -> GuestReady:
        """Wait for all that is asked for.

        Parameters
        ----------
        state
            What the machine is to do.
        agent
            The agent is to answer.
        address
            Somebody is to know an address of the guest.
        port
            It is to take connections from here.

        Raises
        ------
        TimedOut
            It was in vain; the error says what was seen last, and why.
        WrongState
            The machine is off or has crashed, so that nothing will come any more.
        Unsupported
            It cannot come: there is no channel for an agent, no way to the port.
        InvalidDefinition
            What is asked for makes no sense.
        """
        self._check(state, guest=agent or address or port is not None, port=port)
        began = time.monotonic()
        found: tuple[Address, ...] = ()
        reached: tuple[str, int] | None = None
        with self._machine.connection.inventory.subscribe(self._on_batch):
            if state is not None:
                what = _("the state '{state}'").format(state=state.label)
                self._wait.until(self._survives(lambda: self._look_at_state(state)), what)
            if port is not None:
                self._refuse_port(port)
            if agent:
                self._wait.until(self._survives(self._look_at_agent), _("the guest agent"))
            if address:
                found = self._wait.until(
                    self._survives(self._look_for_addresses), _("an address of the guest")
                )
            if port is not None:
                reached = self._wait.until(
                    self._survives(lambda: self._look_at_port(port)),
                    _("port {port} of the guest").format(port=port),
                )
        return GuestReady(
            name=self._machine.subject.name,
            state=self._machine.state,
            agent=agent,
            addresses=found,
            port=port,
            reached=reached,
            seconds=time.monotonic() - began,
        )

    def _check(self, state: DomainState | None, *, guest: bool, port: int | None) -> None:
        reason = None
        if state is None and not guest:
            reason = _("Nothing to wait for was named.")
        elif port is not None and (type(port) is not int or port not in _PORTS):
            reason = _("{port} is no port.").format(port=repr(port))
        elif guest and state is not None and state is not DomainState.RUNNING:
            reason = _("Nothing comes from the guest of a machine in the state '{state}'.").format(
                state=state.label
            )
        if reason is not None:
            raise InvalidDefinition(
                reason,
                subject=self._machine.subject,
                next_step=_(
                    "Name agent=True, address=True, a port from 1 to 65535, or a state alone: "
                    "vm.wait_for(state='shutoff')."
                ),
            )

    def _refuse_port(self, port: int) -> None:
        """Raise at once, and not after all other waits, where the port can never be reached.

        Raises
        ------
        Unsupported
            It cannot.
        """
        machine = self._machine
        if machine.connection.parts.driver == "test":
            # Its addresses are made up: whoever has them here is somebody else.
            raise Unsupported(
                _("The test driver's machines have no guests, and so no ports."),
                subject=machine.subject,
                next_step=_("Try it on a real host, such as connect('qemu:///session')."),
            )
        sight = self._survives(self._sight)()
        if not isinstance(sight, NotYet):
            refuse_without_way(sight.definition, port, machine.subject)

    def _on_batch(self, batch: Batch) -> None:
        uuid = self._machine.uuid
        if any(getattr(record, "uuid", None) == uuid for record in (*batch.added, *batch.changed)):
            self._wake.set()

    def _survives(self, look: Callable[[], _Found | NotYet]) -> Callable[[], _Found | NotYet]:
        """Return a look that takes a lost connection for what it is: no end of the wait."""

        def survivor() -> _Found | NotYet:
            try:
                return look()
            except ConnectionLost:
                state = self._machine.connection.state
                if state in {ConnectionState.RECONNECTING, ConnectionState.CONNECTED}:
                    return _LOST
                raise

        return survivor

    def _sight(self) -> GuestSight | NotYet:
        """Look at a machine whose guest is to do something, and raise where it never will."""
        sight = self._line.with_domain(sight_of)
        if sight.agent in {AgentCondition.OFF, AgentCondition.CRASHED}:
            raise sight.agent.error(self._machine.subject)
        if sight.agent in {AgentCondition.PAUSED, AgentCondition.ASLEEP}:
            return sight.agent.not_yet
        return sight

    def _look_at_state(self, wanted: DomainState) -> DomainState | NotYet:
        state = self._machine.state
        if state is wanted:
            return state
        reason = self._machine.reason
        seen = f"{state.label} ({reason})" if reason else str(state.label)
        return NotYet(
            _("its state is '{state}'").format(state=seen),
            _("Look at its screen: the guest may not heed what it was asked to.")
            if state.is_active
            else "",
        )

    def _look_at_agent(self) -> bool | NotYet:
        sight = self._sight()
        if isinstance(sight, NotYet):
            return sight
        if sight.agent.is_hopeless:
            raise sight.agent.error(self._machine.subject)
        if sight.agent is not AgentCondition.SILENT:
            return sight.agent.not_yet
        try:
            self._line.ping(_PING)
        except ConnectionLost:
            raise
        except QvirtError as error:
            return NotYet(error.reason.rstrip("."), error.next_step)
        return True

    def _look_for_addresses(self) -> tuple[Address, ...] | NotYet:
        sight = self._sight()
        if isinstance(sight, NotYet):
            return sight
        sources = [
            source
            for source in addresses.SOURCES
            if source != "agent" or sight.agent is AgentCondition.SILENT
        ]
        found = addresses.first_answer(
            lambda source: self._line.with_domain(lambda domain: addresses.ask(domain, source)),
            sources,
            addresses.macs_of(sight.definition),
        )
        if not found:
            return self._machine.connection.call(
                lambda raw: why_no_address(raw, sight), subject=self._machine.subject
            )
        inventory = self._machine.connection.inventory
        inventory.observe_addresses(self._machine.uuid, tuple(map(str, found)))
        return found

    def _look_at_port(self, port: int) -> tuple[str, int] | NotYet:
        sight = self._sight()
        if isinstance(sight, NotYet):
            return sight
        found: tuple[Address, ...] = ()
        # A forward leads to the guest whatever its address is, and user networking has no other.
        if forward_to(sight.definition, port) is None and not only_by_forward(sight.definition):
            known = self._look_for_addresses()
            if isinstance(known, NotYet):
                return known
            found = known
        connection = self._machine.connection
        return look_at_port(
            PortSight(
                subject=self._machine.subject,
                definition=sight.definition,
                host=connection.parts.host if connection.parts.is_remote else "",
                listening=(
                    self._listening if sight.agent is AgentCondition.SILENT else lambda _port: None
                ),
                far=self._far,
            ),
            port,
            found,
        )

    def _listening(self, port: int) -> bool | None:
        files = AgentFiles(self._line, AgentPrograms(self._line))
        found: bool | None = None
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            try:
                text = files.read(table, _TABLE_AT_MOST).decode(errors="replace")
            except QvirtError:
                # No Linux, no IPv6, or no agent that may read: the other may tell.
                continue
            found = bool(found) or listens(text, port)
        return found
