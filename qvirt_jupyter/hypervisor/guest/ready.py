"""What a wait for a guest found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.networks.addresses import Address
    from qvirt_jupyter.hypervisor.records import DomainState


@dataclass(frozen=True, slots=True)
class GuestReady:
    """What ``vm.wait_for(...)`` found.

    Parameters
    ----------
    name
        The machine.
    state
        What it does.
    agent
        Whether the agent was waited for, and answered.
    addresses
        The guest's addresses, where they were waited for.
    port
        The port that was waited for, and takes connections; None where none was.
    reached
        Where the port was reached, as host and port: of the guest itself, or of a forward of its
        host. Where that is another and the way goes through its ssh, it is as that host sees it.
    seconds
        How long it took.
    """

    name: str
    state: DomainState
    agent: bool
    addresses: tuple[Address, ...]
    port: int | None
    reached: tuple[str, int] | None
    seconds: float

    @property
    def address(self) -> str:
        """The first address as text; empty where none was waited for."""
        return str(self.addresses[0]) if self.addresses else ""

    def _repr_html_(self) -> str:
        host, port = self.reached or ("", 0)
        return html.properties(
            _("{name} is there").format(name=self.name),
            (
                (_("State"), self.state.label),
                (_("Guest agent"), _("answers") if self.agent else ""),
                (_("Address"), ", ".join(map(str, self.addresses))),
                (_("Port {port}").format(port=self.port), f"{host}:{port}" if host else ""),
                (_("After"), _("{seconds:.1f} s").format(seconds=self.seconds)),
            ),
        )
