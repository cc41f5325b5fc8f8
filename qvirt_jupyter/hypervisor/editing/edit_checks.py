"""What of an edit is refused before libvirt sees it, with what would be right on this host."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.editing.device_matching import kinds
from qvirt_jupyter.hypervisor.errors import (
    AlreadyExists,
    ConnectionLost,
    InvalidDefinition,
    QvirtError,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    import libvirt

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.machine_like import MachineLike

_LOG = logging.getLogger(__name__)


def refuse_what_cannot_be(
    domain: MachineLike, before: documents.Domain, after: documents.Domain
) -> None:
    """Raise where an edit sets what the host does not offer, or makes two devices one.

    Parameters
    ----------
    domain
        The machine.
    before, after
        Its definition.

    Raises
    ------
    InvalidDefinition
        A value is none of those that this host offers, or two devices have the same target.
    AlreadyExists
        A network card would have the address of another machine's.
    """
    subject = domain.subject
    refuse_twins(before, after, subject)
    caps = _capabilities(domain, after)
    if caps is not None:
        refuse_unoffered(before, after, caps, subject)
    _refuse_foreign_macs(domain, before, after)


def _capabilities(
    domain: MachineLike, after: documents.Domain
) -> documents.DomainCapabilities | None:
    try:
        return domain.connection.domain_capabilities(after)
    except ConnectionLost:
        raise
    except QvirtError as error:
        # The emulator may be what is wrong: libvirt says so when it takes the definition, or not.
        _LOG.debug("What the host offers %s is not known: %s", domain.subject, error)
        return None


def refuse_twins(before: documents.Domain, after: documents.Domain, subject: Subject) -> None:
    """Raise where two devices of a kind have the same key, and had not before.

    Raises
    ------
    InvalidDefinition
        They do.
    """
    for name, cls in kinds(after.devices).items():
        if cls.key is None or name == "graphics":
            continue
        had = Counter(getattr(before.devices, name).keys())
        for key, times in Counter(getattr(after.devices, name).keys()).items():
            if key is not None and times > 1 and had[key] < times:
                raise InvalidDefinition(
                    _("Two devices would be {kind} {key}.").format(kind=cls.tag, key=key),
                    subject=subject,
                    next_step=_("Give one of them another name or address."),
                )


def refuse_unoffered(
    before: documents.Domain,
    after: documents.Domain,
    caps: documents.DomainCapabilities,
    subject: Subject,
) -> None:
    """Raise where a value is none that the host offers, and was not there before.

    Raises
    ------
    InvalidDefinition
        There are such values; it says what the host offers instead of each.
    """
    # What was there before is none of this edit's business.
    had = Counter(map(_what, documents.objections(before, caps)))
    found = Counter[tuple[object, ...]]()
    new: list[str] = []
    for objection in documents.objections(after, caps):
        what = _what(objection)
        found[what] += 1
        if found[what] > had[what]:
            new.append(str(objection))
    if new:
        raise InvalidDefinition(
            " ".join(new),
            subject=subject,
            next_step=_("Choose another value, or leave it to the hypervisor."),
        )


def known_instead(changes: documents.Diff) -> str:
    """Say which values are known where an edit has others; empty where it has none such.

    libvirt may know more of them than we do, so it is asked first. It only says that it knows not
    this one.

    Parameters
    ----------
    changes
        What the edit changes.
    """
    words = []
    for change in changes:
        label = documents.label_of(change.path)
        kind = label.declared.type if label.declared is not None else None
        if isinstance(kind, documents.Choice) and change.after and change.after not in kind.values:
            values = ", ".join(kind.values)
            text = _("{label} is one of {values}.")
            words.append(str(text.format(label=label, values=values)))
    return " ".join(words)


def _what(objection: documents.Objection) -> tuple[object, ...]:
    return (type(objection.owner), objection.declared.name, str(objection.value))


def _refuse_foreign_macs(
    domain: MachineLike, before: documents.Domain, after: documents.Domain
) -> None:
    old = {_mac(interface) for interface in before.devices.interfaces}
    new = {_mac(interface) for interface in after.devices.interfaces} - old - {""}
    for mac, owner in sorted(owners_of_macs(domain.connection, new, but=domain.uuid).items()):
        raise AlreadyExists(
            _("The MAC address {mac} is that of {name}.").format(mac=mac, name=repr(owner)),
            subject=domain.subject,
            next_step=_("Choose another one, or leave it empty to get a new one."),
            field="mac",
        )


def owners_of_macs(
    connection: Connection, macs: Collection[str], *, but: str = ""
) -> dict[str, str]:
    """Return which machine of a host has each of some hardware addresses, by address.

    Parameters
    ----------
    connection
        The host.
    macs
        The addresses, in lower case; what nobody has is left out of the answer.
    but
        The UUID of a machine that does not count.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    if not macs:
        return {}

    def owners(raw: libvirt.virConnect) -> dict[str, str]:
        return {
            mac: other.name()
            for other in raw.listAllDomains(0)
            if other.UUIDString() != but
            for text in (other.XMLDesc(0),)
            if any(mac in text.lower() for mac in macs)
            for mac in _macs(text)
        }

    found = connection.call(owners, subject=connection.subject)
    return {mac: found[mac] for mac in macs if mac in found}


def _mac(interface: documents.Interface) -> str:
    return (interface.mac or "").lower()


def _macs(text: str) -> set[str]:
    root = documents.parse_xml(text)
    return {str(mac.get("address", "")).lower() for mac in root.iterfind("devices/interface/mac")}
