"""What the dialogs about volumes say of what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.widgets.forms.form import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.hypervisor import Secret, SurveyedVolume
    from qvirt_jupyter.provision.volumes import PoolFacts, VolumeRequest

_SUGGESTED: Final = 200
"""So many backing images are suggested; any other can be typed."""
_NO_BASES: Final = frozenset({"iso", "dir", "luks"})
"""Formats of volumes that no image builds on."""


def secret_words(secret: Secret) -> str:
    """Return a secret as the form shows it: its use, and its UUID, by which it is known."""
    record = secret.record
    return f"{record.usage_id or record.description or record.usage_type} ({record.uuid})".strip()


def note_of_new(request: VolumeRequest) -> Note:
    """Say what a request amounts to, and what one should know before."""
    whole = request.completed()
    warnings = " ".join(str(words) for words in whole.warnings().values())
    size = bytes_text(whole.capacity) if whole.capacity else ""
    free = _("{free} of {size} are free in the pool.").format(
        free=bytes_text(whole.facts.available), size=bytes_text(whole.facts.capacity)
    )
    return Note(
        _("What is made"),
        " · ".join(part for part in (whole.name, whole.format, size) if part),
        warnings or free,
    )


def note_of_move(users: Sequence[str]) -> Note:
    """Say what becomes of the machines that have a volume which moves."""
    return Note(
        _("Machines that have it"),
        ", ".join(users),
        _("Their definitions name the new place afterwards. None of them may run meanwhile."),
    )


def use_of(volume: SurveyedVolume) -> str:
    """Say who needs a volume; empty where nobody does."""
    name = volume.record.name
    if volume.all_users:
        text = _("{name} is used by {users}.")
        return str(text.format(name=name, users=", ".join(volume.all_users)))
    if volume.built_on_by:
        text = _("{images} builds on {name}.")
        return str(text.format(name=name, images=", ".join(volume.built_on_by)))
    return ""


def bases_of(facts: PoolFacts) -> tuple[str, ...]:
    """Return the paths that are suggested for a backing image."""
    found = sorted(path for path, form in facts.images.items() if form not in _NO_BASES)
    return tuple(found[:_SUGGESTED])
