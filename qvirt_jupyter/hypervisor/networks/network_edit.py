"""Edits of a network as transactions: read, change, look again, write, then try it live.

libvirt has no compare-and-swap: between the second look and the write a small moment is left in
which somebody else's change would be lost.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import perform
from qvirt_jupyter.hypervisor.editing.definition_history import keep
from qvirt_jupyter.hypervisor.editing.effects import EditResult, Effect, touched, without_definition
from qvirt_jupyter.hypervisor.editing.redefining import checked
from qvirt_jupyter.hypervisor.errors import OperationFailed
from qvirt_jupyter.hypervisor.libvirt_errors import from_libvirt
from qvirt_jupyter.hypervisor.networks.network_updates import updates

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from qvirt_jupyter.hypervisor.networks.network import Network

_LIVE = libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE
_STORED_ONLY = _("Only the stored definition was changed.")
_WAITS = _("It is on: stop and start it to have it so.")
_KEY = re.compile(r"\[([^\]]*)\]")
_TAKEN_AT_THE_START = ("name", "uuid", "metadata", "title", "description")
"""What no running network has to take over: it is of the definition alone."""


class NetworkEdit:
    """One transaction: ``with network.edit() as definition: definition.mtu = 1400``.

    It changes the definition that counts from the next start, then what of it may be changed while
    the network is on. Nothing is written when the block raises, or when it leaves the definition as
    it was.

    Parameters
    ----------
    network
        The network.
    base
        What the editing began with; None reads it when the block begins.
    live
        Whether a network that is on is changed, too.
    cause
        What the history says of it.

    Attributes
    ----------
    result
        What was done; None until the block has ended.
    """

    def __init__(
        self,
        network: Network,
        base: documents.Network | None = None,
        *,
        live: bool = True,
        cause: str = "",
    ) -> None:
        self._network = network
        self._base = base
        self._live = live
        self._cause = cause
        self._before: documents.Network | None = None
        self._after: documents.Network | None = None
        self.result: EditResult | None = None

    def __enter__(self) -> documents.Network:
        network = self._network
        self._before = self._base or network.document(inactive=network.persistent)
        self._after = self._before.copy()
        return self._after

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            return
        if self._before is None or self._after is None:
            raise RuntimeError("An edit is a with block: with network.edit() as definition: ...")
        before, after = self._before, self._after
        changes = before.diff(after)
        if not changes:
            self.result = EditResult()
            return
        network = self._network
        self.result = perform(
            network.connection,
            network.subject,
            _("Edit {name}").format(name=network.subject.name),
            f"with {network.code}.edit() as definition: ...  # {', '.join(changes.paths)}",
            lambda: write(network, after, str(before), live=self._live, cause=self._cause),
        )


def write(
    network: Network,
    wanted: str | documents.Document,
    base: str | None,
    *,
    live: bool = True,
    cause: str = "",
) -> EditResult:
    """Store a definition, and carry over to a network that is on what it can take over.

    Parameters
    ----------
    network
        The network.
    wanted
        How it is to be.
    base
        What that was made of; None skips the look for somebody else's change.
    live
        Whether a network that is on is changed, too.
    cause
        What the history says of it.

    Raises
    ------
    EditConflict
        Somebody else changed the definition; nothing was written.
    InvalidDefinition
        libvirt does not understand it, or it has another name or UUID.
    OperationFailed
        libvirt does not keep what it took.
    """
    persistent, is_active = network.persistent, network.is_active
    stored = network.xml(inactive=persistent)
    text, planned = checked(network.subject, wanted, base, stored, is_active=is_active)
    if not planned.changes:
        return planned
    before, after = documents.Network.parse(stored), documents.Network.parse(text)
    changes = planned.changes
    previous = None
    if persistent:
        previous = keep(network.subject, stored, cause or ", ".join(changes.paths))
        network.connection.call(
            lambda connection: connection.networkDefineXML(text), subject=network.subject
        )
        _verify(network, before, changes)
    if not is_active:
        effects = tuple(Effect(change.path, change, "now") for change in changes)
    elif not live:
        effects = tuple(
            Effect(change.path, change, "next_boot", str(_STORED_ONLY)) for change in changes
        )
    else:
        effects = _carry_over(network, before, after, changes)
    if not persistent:
        effects = without_definition(effects)
    return EditResult(changes, effects, previous)


def _carry_over(
    network: Network, before: documents.Network, after: documents.Network, changes: documents.Diff
) -> tuple[Effect, ...]:
    """Change what is on as far as libvirt can, and say how far it is by how it runs then."""

    def run(found: libvirt.virNetwork) -> tuple[list[str], str]:
        refusals = []
        running = documents.Network.parse(found.XMLDesc(0))
        for update in updates(before, after, running):
            try:
                update.run(found, _LIVE)
            except libvirt.libvirtError as error:
                refusals.append(from_libvirt(error).reason)
        return refusals, found.XMLDesc(0)

    uuid = network.uuid
    refusals, text = network.connection.call(
        lambda connection: run(connection.networkLookupByUUIDString(uuid)), subject=network.subject
    )
    left = documents.Network.parse(text).diff(after).paths
    waits = " ".join((*dict.fromkeys(refusals), str(_WAITS)))
    return tuple(
        Effect(change.path, change, "next_boot", waits)
        if _is_among(change.path, left) and not change.path.startswith(_TAKEN_AT_THE_START)
        else Effect(change.path, change, "now")
        for change in changes
    )


def _verify(network: Network, before: documents.Network, changes: documents.Diff) -> None:
    """Make sure that what was written is there; libvirt may fill in more of its own."""
    text = _stored_text(network)
    if text is None:
        return
    happened = before.diff(documents.Network.parse(text)).paths
    lost = [
        change.path
        for change in changes
        # What is cleared may be filled in again, such as a MAC address of the bridge.
        if change.after is not None and not _is_among(change.path, happened)
    ]
    if lost:
        raise OperationFailed(
            _("libvirt took the definition, but did not keep {paths}.").format(
                paths=", ".join(lost)
            ),
            subject=network.subject,
            next_step=_("The hypervisor may not know them: look at the definition."),
        )


def _is_among(path: str, others: Iterable[str]) -> bool:
    """Whether something changed there; addresses count in their short form, as libvirt writes."""

    def short(found: re.Match[str]) -> str:
        try:
            return f"[{ipaddress.ip_address(found[1])}]"
        except ValueError:
            return found[0]

    return touched(_KEY.sub(short, path), [_KEY.sub(short, other) for other in others])


def _stored_text(network: Network) -> str | None:
    """Return the definition that counts from the next start; None where the driver hides it."""
    uuid = network.uuid

    def read(connection: libvirt.virConnect) -> str | None:
        found = connection.networkLookupByUUIDString(uuid)
        text: str
        try:
            text = found.XMLDesc(libvirt.VIR_NETWORK_XML_INACTIVE)
        except libvirt.libvirtError as error:
            # libvirt's test driver shows one definition only: of what is on, how it runs.
            if error.get_error_code() != libvirt.VIR_ERR_INVALID_ARG:
                raise
            return None if found.isActive() else str(found.XMLDesc(0))
        return text

    return network.connection.call(read, subject=network.subject)
