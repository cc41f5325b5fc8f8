"""The names of clones and of their files.

As virt-manager's users know them: ``web`` becomes ``web-clone``, then ``web-clone1``; a disk that
is called like its machine follows the new name, others become ``data-clone``.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from collections.abc import Callable

_CLONE: Final = re.compile(r"-clone\d*$")
_NUMBER: Final = re.compile(r"\{n(?::0?(\d))?\}")
_LONGEST_SUFFIX: Final = 7
_MOST: Final = 1000
"""Clones at once, and numbers that are tried for a name."""


def suggested_name(name: str, is_taken: Callable[[str], bool]) -> str:
    """Return a name for the only clone of a machine.

    Parameters
    ----------
    name
        Of the machine.
    is_taken
        Whether a machine has a name.
    """
    return _free(f"{_CLONE.sub('', name) or name}-clone", "", is_taken)


def names(pattern: str, count: int, is_taken: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the names of several clones; numbers whose name is taken are left out.

    Parameters
    ----------
    pattern
        ``{n}`` in it stands for a number, ``{n:02}`` for one of two digits; without either a dash
        and the number follow.
    count
        How many clones.
    is_taken
        Whether a machine has a name.

    Raises
    ------
    ValueError
        There are no or too many clones, or too many names are taken.
    """
    if not 1 <= count <= _MOST:
        raise ValueError(str(_("One can make 1 to {most} clones at once.").format(most=_MOST)))
    found: list[str] = []
    for number in range(1, _MOST + count + 1):
        name = with_number(pattern, number)
        if not is_taken(name):
            found.append(name)
            if len(found) == count:
                return tuple(found)
    raise ValueError(
        str(_("Too many names like {pattern} are taken.").format(pattern=repr(pattern)))
    )


def with_number(pattern: str, number: int) -> str:
    """Return a pattern with the number in its place."""
    if not _NUMBER.search(pattern):
        return f"{pattern}-{number}"
    return _NUMBER.sub(lambda found: f"{number:0{found[1] or 1}}", pattern)


def file_name(original: str, machine: str, clone: str, *, suffix: str | None = None) -> str:
    """Return what the copy of a file is called.

    Parameters
    ----------
    original
        The name of the file, without its folder.
    machine, clone
        The names of both machines.
    suffix
        Of the copy, where it is not that of the original.
    """
    path = PurePosixPath(original)
    old = path.suffix if len(path.suffix) <= _LONGEST_SUFFIX else ""
    stem = original.removesuffix(old) if old else original
    new = clone if stem == machine else f"{stem}-clone"
    return new + (old if suffix is None else suffix)


def several_file_name(original: str, machine: str, clone: str, *, suffix: str | None = None) -> str:
    """Return the same where there are several clones: each has the clone's name in it."""
    path = PurePosixPath(original)
    old = path.suffix if len(path.suffix) <= _LONGEST_SUFFIX else ""
    stem = original.removesuffix(old) if old else original
    if stem == machine or stem.startswith((f"{machine}-", f"{machine}_", f"{machine}.")):
        new = clone + stem.removeprefix(machine)
    else:
        new = f"{stem}-{clone}"
    return new + (old if suffix is None else suffix)


def free_file_name(name: str, is_taken: Callable[[str], bool]) -> str:
    """Return a name that nothing has: with 1, 2 and so on before its suffix where needed."""
    path = PurePosixPath(name)
    old = path.suffix if len(path.suffix) <= _LONGEST_SUFFIX else ""
    return _free(name.removesuffix(old) if old else name, old, is_taken)


def _free(stem: str, suffix: str, is_taken: Callable[[str], bool]) -> str:
    name, number = stem + suffix, 0
    while is_taken(name) and number < _MOST:
        number += 1
        name = f"{stem}{number}{suffix}"
    return name
