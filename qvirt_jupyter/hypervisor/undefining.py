"""Removing a machine's definition, with as many flags as its driver knows.

https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainUndefineFlagsValues
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.errors import Subject, Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

# What a driver answers to a flag, or a whole call, that it does not have.
UNKNOWN_FLAG_CODES: Final = frozenset(
    {
        libvirt.VIR_ERR_INVALID_ARG,
        libvirt.VIR_ERR_NO_SUPPORT,
        libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED,
    }
)


class Purpose(enum.Enum):
    """Why a definition is removed: it decides what goes with it."""

    DELETE = "delete"
    """The machine goes, and its saved state, snapshots' metadata, NVRAM and TPM with it."""
    REDEFINE = "redefine"
    """It comes back under another name and needs its NVRAM and TPM."""


def undefine(domain: libvirt.virDomain, purpose: Purpose, subject: Subject) -> None:
    """Remove the definition of a machine that is off.

    Parameters
    ----------
    domain
        An open libvirt object.
    purpose
        What is to go with it.
    subject
        For errors.

    Raises
    ------
    libvirt.libvirtError
        libvirt refuses, for another reason than a flag that the driver does not know.
    Unsupported
        The machine's TPM would be lost, and the driver cannot keep it.
    """
    definition = parse_xml(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    attempts = list(_attempts(purpose, definition, subject))
    for number, flags in enumerate(attempts, start=1):
        try:
            if flags:
                domain.undefineFlags(flags)
            else:
                domain.undefine()
        except libvirt.libvirtError as error:
            if number == len(attempts) or error.get_error_code() not in UNKNOWN_FLAG_CODES:
                raise
        else:
            return


def _attempts(purpose: Purpose, definition: _Element, subject: Subject) -> Iterator[int]:
    """Yield the flags to try, from the most to none."""
    has_nvram = _has_nvram(definition)
    if purpose is Purpose.REDEFINE:
        keep = libvirt.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM if has_nvram else 0
        if definition.find("devices/tpm/backend[@type='emulator']") is not None:
            keep_tpm = getattr(libvirt, "VIR_DOMAIN_UNDEFINE_KEEP_TPM", 0)  # libvirt 8.9
            if not keep_tpm:
                raise Unsupported(
                    _("Its TPM would lose what is stored in it."),
                    subject=subject,
                    next_step=_("Update libvirt on the host, or remove the TPM first."),
                )
            # Without this flag the TPM's state would be deleted, so there is no lesser attempt.
            yield keep | keep_tpm
            return
        if keep:
            yield keep
        yield 0
        return
    wanted = (
        libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    )
    if has_nvram:
        wanted |= libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
    yield wanted | getattr(libvirt, "VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA", 0)  # libvirt 5.6
    yield wanted
    yield 0


def _has_nvram(definition: _Element) -> bool:
    # With <os firmware='efi'> libvirt chooses the file itself when the machine first starts.
    return (
        definition.find("os/nvram") is not None
        or definition.find("os[@firmware='efi']") is not None
        or definition.find("os/loader[@type='pflash']") is not None
    )
