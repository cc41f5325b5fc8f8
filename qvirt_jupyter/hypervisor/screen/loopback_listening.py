"""Let a display listen on its host's own loopback, where ssh reaches it: shown before it is done.

``<listen type='none'/>`` is best on this computer, where libvirt hands out connected sockets. From
another host libvirt passes no descriptor, so that nobody reaches such a display.
https://libvirt.org/formatdomain.html#graphical-framebuffers
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.graphics import LOOPBACK
from qvirt_jupyter.documents.devices.listen import AddressListen
from qvirt_jupyter.hypervisor.errors import NotFound, WrongState
from qvirt_jupyter.hypervisor.screen.display_change import Planned

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.domain import Domain
    from qvirt_jupyter.hypervisor.screen.display_change import DisplayChange

_WITH_PORT: Final = frozenset({"vnc", "spice", "rdp"})


def plan(domain: Domain, index: int = 0) -> DisplayChange:
    """Say what lets a display listen on the loopback of its host.

    Parameters
    ----------
    domain
        The machine.
    index
        Which of its displays (:attr:`Display.index`).

    Raises
    ------
    NotFound
        It has no such display, or one that nobody can connect to.
    WrongState
        It listens on loopback already.
    """
    displays = list(domain.document(inactive=not domain.is_active).devices.graphics)
    chosen = displays[index] if 0 <= index < len(displays) else None
    if chosen is None or chosen.type not in _WITH_PORT:
        raise NotFound(
            _("It has no display {number} that could listen.").format(number=index),
            subject=domain.subject,
            next_step=_("Look at its displays: vm.displays()."),
        )
    wanted = chosen.identity
    stored = _found(domain.document(inactive=domain.persistent), wanted)
    if stored is None:
        raise NotFound(
            _("The display is not in its definition any more: it goes at the next start."),
            subject=domain.subject,
            next_step=_("Look at its displays: vm.displays()."),
        )
    if _listens_there(stored):
        raise WrongState(
            _("The definition lets it listen on {address} already.").format(address=LOOPBACK),
            subject=domain.subject,
            next_step=_("It counts from the next start: shut the machine down, and start it."),
        )

    def change(definition: documents.Domain) -> tuple[str | LazyString, ...]:
        display = _found(definition, wanted)
        assert display is not None  # noqa: S101 - an edit begins with the definition that was read
        display.listen_on_loopback()
        return _NOTES

    return Planned(
        _("Listen on the host's loopback"),
        _("Let it listen"),
        _("The display listens on {address} of its host.").format(address=LOOPBACK),
        change,
    ).of(domain)


_NOTES: Final = (
    _("The display listens on {address} of its host, on a port that libvirt chooses.").format(
        address=LOOPBACK
    ),
    _(
        "No other computer reaches that; ssh brings it here. Every user of the host itself does: "
        "give the display a password where others work there."
    ),
)


def _found(definition: documents.Domain, identity: object) -> documents.Graphics | None:
    return next((each for each in definition.devices.graphics if each.identity == identity), None)


def _listens_there(display: documents.Graphics) -> bool:
    first = display.listens[0] if display.listens else None
    if first is None:
        return display.listen == LOOPBACK
    return isinstance(first.source, AddressListen) and first.source.address == LOOPBACK
