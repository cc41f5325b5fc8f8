"""What is wrong with a network that is asked for, said at its field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString


@dataclass(frozen=True, slots=True)
class NetworkProblem:
    """One thing that is wrong.

    Parameters
    ----------
    field
        The field of :class:`NetworkRequest` that it is about: ``ipv4``.
    message
        What is wrong and what to do, as a sentence or two.
    part
        Which part of the field, where it has several: ``inbound_peak`` of the bandwidth.
    is_warning
        Whether the network can be made all the same.
    is_taken
        Whether it is a name that somebody else has.
    """

    field: str
    message: str | LazyString
    part: str = ""
    is_warning: bool = False
    is_taken: bool = False

    def __str__(self) -> str:
        return str(self.message)
