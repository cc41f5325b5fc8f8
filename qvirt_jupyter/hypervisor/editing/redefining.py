"""A network's or a pool's definition written anew, over the one that it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.editing.effects import EditResult, Effect
from qvirt_jupyter.hypervisor.errors import EditConflict, InvalidDefinition

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.editing.effects import When
    from qvirt_jupyter.hypervisor.errors import Subject


def checked(
    subject: Subject,
    wanted: str | documents.Document,
    base: str | None,
    stored: str,
    *,
    is_active: bool,
) -> tuple[str, EditResult]:
    """Say what is to be written, and what that does.

    Parameters
    ----------
    subject
        What is defined anew.
    wanted
        How it is to be.
    base
        What that was made of; None skips the look for somebody else's change.
    stored
        What is stored now.
    is_active
        Whether it is on, so that all counts from its next start.

    Returns
    -------
    tuple
        The XML to write, and the result of writing it.

    Raises
    ------
    EditConflict
        What is stored is not what it was made of.
    InvalidDefinition
        It cannot be read, or is of another object.
    """
    before = documents.parse(stored)
    try:
        after = documents.parse(wanted) if isinstance(wanted, str) else wanted.copy()
    except documents.InvalidDocument as error:
        raise InvalidDefinition(
            _("The definition cannot be read. {reason}").format(reason=error),
            subject=subject,
            next_step=_("Correct the XML."),
        ) from error
    _refuse_another(subject, before, after)
    changes = before.diff(after)
    if base is not None:
        read = documents.parse(base)
        theirs = read.diff(before)
        if theirs:
            raise EditConflict(
                _("Somebody else changed the definition since it was read; nothing was written."),
                subject=subject,
                next_step=_("Look at both changes and edit it again."),
                mine=read.diff(after),
                theirs=theirs,
            )
    when: When = "next_boot" if is_active else "now"
    reason = str(_("It is on: stop and start it to have it so.")) if is_active else ""
    effects = tuple(Effect(change.path, change, when, reason) for change in changes)
    return str(after), EditResult(changes, effects)


def _refuse_another(
    subject: Subject, before: documents.Document, after: documents.Document
) -> None:
    if after.tag != before.tag:
        raise InvalidDefinition(
            _("This is a <{found}>, not a <{wanted}>.").format(found=after.tag, wanted=before.tag),
            subject=subject,
            next_step=_("Correct the XML."),
        )
    # Written under another name or UUID it would be another one.
    had, has = ((getattr(each, "name", None), _uuid(each)) for each in (before, after))
    if has[1] is None and hasattr(after, "uuid"):
        after.uuid = had[1]
        has = (has[0], had[1])
    if had != has:
        raise InvalidDefinition(
            _("An edit keeps the name and the UUID."),
            subject=subject,
            next_step=_("Write them as they were."),
        )


def _uuid(document: documents.Document) -> str | None:
    value: str | None = getattr(document, "uuid", None)
    return value
