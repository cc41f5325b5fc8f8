"""Names as data: what a definition calls its object, checked before libvirt sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.parsing import InvalidDocument, parse_xml
from qvirt_jupyter.hypervisor.errors import AlreadyExists, InvalidDefinition, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

NOT_THERE: Final = frozenset(
    {
        libvirt.VIR_ERR_NO_DOMAIN,
        libvirt.VIR_ERR_NO_NETWORK,
        libvirt.VIR_ERR_NO_STORAGE_POOL,
        libvirt.VIR_ERR_NO_STORAGE_VOL,
        libvirt.VIR_ERR_NO_NODE_DEVICE,
        libvirt.VIR_ERR_NO_INTERFACE,
        libvirt.VIR_ERR_NO_NWFILTER,
        libvirt.VIR_ERR_NO_SECRET,
    }
)
"""libvirt's codes for an object that does not exist."""

_ROOTS: Final = {
    "domain": "domain",
    "network": "network",
    "pool": "pool",
    "volume": "volume",
    "secret": "secret",
    "interface": "interface",
    "nw_filter": "filter",
}
_FIRST_PRINTABLE: Final = " "
_DELETE: Final = "\x7f"


def checked_name(name: str, subject: Subject) -> str:
    """Return a name that libvirt takes for a machine, network, pool or volume.

    libvirt makes file names of it (https://libvirt.org/formatdomain.html#general-metadata).

    Raises
    ------
    InvalidDefinition
        It is empty, means a folder, or has a ``/`` or a control character in it.
    """
    refusal = why_no_name(name)
    if refusal:
        raise InvalidDefinition(
            refusal,
            subject=subject,
            next_step=_("Choose another name."),
        )
    return name


def why_no_name(name: str) -> LazyString | str:
    """Say why libvirt does not take a name; empty where it does.

    Parameters
    ----------
    name
        What an object is to be called.
    """
    if not name.strip():
        return _("A name must not be empty.")
    shown = repr(name)
    if "/" in name:
        return _("The name {name} is not allowed: it must not have a / in it.").format(name=shown)
    if name in {".", ".."}:
        return _("The name {name} is not allowed: it means a folder.").format(name=shown)
    if any(char < _FIRST_PRINTABLE or char == _DELETE for char in name):
        return _("The name {name} is not allowed: it has a control character in it.").format(
            name=shown
        )
    return ""


def checked_definition(text: str, kind: str, uri: str) -> Subject:
    """Look at a definition before it is handed to libvirt; return what it is about.

    Parameters
    ----------
    text
        The XML.
    kind
        As in :class:`Subject`.
    uri
        The connection's URI.

    Raises
    ------
    InvalidDefinition
        It is not XML of this kind, or its name is not allowed.
    """
    root = checked_root(text, kind, uri)
    # Filters and interfaces say it in an attribute.
    name = root.findtext("name") or root.get("name") or ""
    subject = Subject(kind, name, uri, root.findtext("uuid"))
    checked_name(name, subject)
    return subject


def checked_root(text: str, kind: str, uri: str) -> _Element:
    """Return what a definition is, for kinds whose objects have no names too.

    Parameters
    ----------
    text, kind, uri
        As for :func:`checked_definition`; ``"secret"`` is a kind here.

    Raises
    ------
    InvalidDefinition
        It is not XML of this kind.
    """
    subject = Subject(kind, "", uri)
    try:
        root = parse_xml(text)
    except InvalidDocument as error:
        raise InvalidDefinition(
            _("The definition cannot be read. {reason}").format(reason=error),
            subject=subject,
            next_step=_("Correct the XML."),
        ) from error
    if root.tag != _ROOTS[kind]:
        raise InvalidDefinition(
            _("This is a <{found}>, not a <{wanted}>.").format(found=root.tag, wanted=_ROOTS[kind]),
            subject=subject,
            next_step=_("Correct the XML."),
        )
    return root


def _looked_up(look_up: Callable[[str], object], name: str) -> object:
    """Look up, and once more where libvirt lost its words.

    They are the thread's, and are read after the call: where Python's garbage collector frees
    another of libvirt's objects in between, they are forgotten, and the error has no code.
    """
    try:
        return look_up(name)
    except libvirt.libvirtError as error:
        if error.get_error_code() is not None:
            raise
        return look_up(name)


def refuse_taken(
    look_up: Callable[[str], Any], wanted: Subject, *, also_itself: bool = False
) -> None:
    """Raise if another object has the name that a definition wants.

    libvirt would refuse it too, but calls that an operation that failed.

    Parameters
    ----------
    look_up
        libvirt's call that finds an object by its name.
    wanted
        The name, and the UUID that may have it already.
    also_itself
        Refuse a name that the same object has, too: nothing is to be replaced.

    Raises
    ------
    AlreadyExists
        Another object has it.
    libvirt.libvirtError
        libvirt cannot look.
    """
    try:
        other = _looked_up(look_up, wanted.name)
    except libvirt.libvirtError as error:
        if error.get_error_code() in NOT_THERE:
            return
        raise
    # What has no UUID is the one of the name.
    if also_itself or (hasattr(other, "UUIDString") and other.UUIDString() != wanted.uuid):
        raise AlreadyExists(
            _("The name {name} is taken.").format(name=repr(wanted.name)),
            subject=wanted,
            next_step=_("Choose another name."),
        )
