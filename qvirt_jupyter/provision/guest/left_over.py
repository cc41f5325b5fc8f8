"""What could not be removed again, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import QvirtError, Subject


def left_over(what: Subject, error: QvirtError) -> str:
    """Return a sentence that names something that was made, and why it is still there."""
    message = _("{what} was made and could not be removed again: {reason}")
    return str(message.format(what=what, reason=error.reason))
