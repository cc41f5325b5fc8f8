"""Earlier definitions of machines and networks, kept so that an edit can be undone.

They may contain passwords, so only their owner may read them.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._private_files import jupyter_folder, write_private
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from qvirt_jupyter.hypervisor.errors import Subject

KEPT: Final = 20
"""How many definitions of one machine are kept; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class KeptDefinition:
    """One earlier definition.

    Parameters
    ----------
    time
        When it was replaced, in seconds since the epoch.
    path
        The file that holds it.
    cause
        What replaced it, in words; empty where that was not noted.
    """

    time: float
    path: Path
    cause: str = ""

    @property
    def xml(self) -> str:
        """The definition, passwords included.

        Raises
        ------
        OSError
            The file is gone.
        """
        return self.path.read_text(encoding="utf-8")


def keep(subject: Subject, xml: str, cause: str = "") -> KeptDefinition:
    """Keep a definition that is about to be replaced.

    Parameters
    ----------
    subject
        Whose it is.
    xml
        The definition, as it must be written to bring it back.
    cause
        What replaces it, in words.

    Raises
    ------
    OSError
        It cannot be written: then nothing should be replaced either.
    """
    folder = _folder(subject)
    number = time.time_ns()
    path = folder / f"{number}.xml"
    # First, so that there is no definition without its cause.
    write_private(_note(path), cause)
    write_private(path, xml)
    for old in kept(subject)[KEPT:]:
        old.path.unlink(missing_ok=True)
        _note(old.path).unlink(missing_ok=True)
    return KeptDefinition(number / 1e9, path, cause)


def kept(subject: Subject) -> tuple[KeptDefinition, ...]:
    """Return the earlier definitions of a machine, the newest first."""
    paths = (path for path in _folder(subject).glob("*.xml") if path.stem.isdigit())
    numbered = sorted(((int(path.stem), path) for path in paths), reverse=True)
    return tuple(KeptDefinition(number / 1e9, path, _cause_of(path)) for number, path in numbered)


def earlier_definition(subject: Subject, earlier: KeptDefinition | None = None) -> str:
    """Return the text of an earlier definition.

    Parameters
    ----------
    subject
        Whose it is.
    earlier
        Which; None means the newest.

    Raises
    ------
    NotFound
        None is kept.
    """
    wanted = earlier or next(iter(kept(subject)), None)
    try:
        text = wanted.xml if wanted is not None else None
    except FileNotFoundError:
        text = None
    if text is None:
        raise NotFound(
            _("No earlier definition of it is kept."),
            subject=subject,
            next_step=_("Only edits that were made here can be undone."),
        )
    return text


def _note(path: Path) -> Path:
    return path.with_suffix(".cause")


def _cause_of(path: Path) -> str:
    try:
        return _note(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        # Kept by a version that noted none.
        return ""


def _folder(subject: Subject) -> Path:
    # Two hosts may both have a machine of this UUID; a URI is no file name.
    host = hashlib.sha256(subject.uri.encode()).hexdigest()[:16]
    return jupyter_folder("data") / "history" / host / str(subject.uuid)
