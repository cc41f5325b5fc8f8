"""What of a host a new machine's network card is connected to, beside virtual networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.interface_links import BridgeLink, DirectLink

if TYPE_CHECKING:
    from typing import Literal

    from qvirt_jupyter import documents


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLink:
    """A bridge or a network device of the host, by which a machine is in the host's own network.

    Parameters
    ----------
    bridge
        The name of a bridge: ``br0``.
    device
        The name of a network device that is shared by macvtap, in its mode ``bridge``: host and
        guest do not reach each other by it.

    Examples
    --------
    >>> HostLink(bridge="br0").kind
    'bridge'
    """

    bridge: str = ""
    device: str = ""

    @property
    def kind(self) -> Literal["bridge", "direct"]:
        """What libvirt calls such a card (https://libvirt.org/formatdomain.html#network-interfaces).

        Raises
        ------
        ValueError
            It names neither a bridge nor a device, or both.
        """
        if bool(self.bridge) is bool(self.device):
            message = _("Name either a bridge of the host or a network device of it.")
            raise ValueError(str(message))
        return "bridge" if self.bridge else "direct"

    def connect(self, card: documents.Interface) -> None:
        """Connect a card of this kind."""
        source = card.source
        if isinstance(source, BridgeLink):
            source.bridge = self.bridge
        elif isinstance(source, DirectLink):
            source.device = self.device
