"""The form that divides a card: a new mediated device."""

from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _, ngettext
from qvirt_jupyter.documents import Choice, Uuid, option
from qvirt_jupyter.documents.node_device import MediatedDevice
from qvirt_jupyter.widgets.forms.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qvirt_jupyter.documents.node_device import MediatedKind


@dataclass(frozen=True, kw_only=True)
class NewPart:
    """A mediated device that is to be made."""

    parent: str
    kind: str = option(Choice(), label=_("Kind of part"), default="")
    uuid: str = option(Uuid(), label=_("UUID"), default="", advanced=True)

    def build(self) -> documents.NodeDevice:
        """Return its document."""
        node = documents.NodeDevice(parent=self.parent, type="mdev")
        part = node.capability
        assert isinstance(part, MediatedDevice)  # noqa: S101 - the type says so
        part.type_id, part.uuid = self.kind, self.uuid
        return node


def part_form(
    parent: str,
    kinds: Sequence[MediatedKind],
    on_submit: Callable[[documents.NodeDevice], object],
    close: Callable[[], object],
) -> Form[NewPart]:
    """Return the form.

    Parameters
    ----------
    parent
        libvirt's name of the card.
    kinds
        What it can be divided into.
    on_submit
        Called with what is to be made; the form is closed then.
    close
        Called when the form is no longer needed.
    """

    def submitted(wanted: NewPart) -> None:
        on_submit(wanted.build())
        close()

    offered = _offered(kinds)
    return Form(
        offered(parent=parent, uuid=str(uuids.uuid4())),
        title=_("New part of {name}").format(name=parent),
        submit=_("Create"),
        on_submit=submitted,
        on_cancel=close,
    )


def _offered(kinds: Sequence[MediatedKind]) -> type[NewPart]:
    """Return the request whose kinds are those that the card has room for."""
    free = [kind for kind in kinds if kind.available] or list(kinds)
    names = [kind.id for kind in free]
    labels = {kind.id: _label(kind) for kind in free}

    @dataclass(frozen=True, kw_only=True)
    class Offered(NewPart):
        kind: str = option(
            Choice(*names, labels=labels, open=False), label=_("Kind of part"), default=names[0]
        )

    return Offered


def _label(kind: MediatedKind) -> str:
    name = f"{kind.name} ({kind.id})" if kind.name else kind.id
    room = ngettext("room for {number} more", "room for {number} more", kind.available)
    return f"{name}: {room.format(number=kind.available)}"
