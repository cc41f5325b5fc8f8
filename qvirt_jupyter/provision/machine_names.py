"""What machines can be called, beside what libvirt refuses itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString

LONGEST: Final = 255 - len("_VARS.fd") - len(".qcow2")
"""Bytes; Linux gives the name of a file 255, and libvirt adds such ends to a machine's."""


def length_problem(name: str) -> LazyString | None:
    """Return why a name is too long for the files of its machine; None where it is not.

    Parameters
    ----------
    name
        Of a machine that is to be made.
    """
    length = len(name.encode())
    if length <= LONGEST:
        return None
    return _(
        "The name is {length} bytes long. Choose one of at most {most}: files are named after it."
    ).format(length=length, most=LONGEST)
