"""Removing a machine's definition, with as many flags as its driver knows.

https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainUndefineFlagsValues
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
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

CAN_KEEP_TPM: Final = hasattr(libvirt, "VIR_DOMAIN_UNDEFINE_KEEP_TPM")
"""Whether libvirt can leave the state of a TPM where it is; libvirt 8.9."""


class Purpose(enum.Enum):
    """Why a definition is removed: it decides what goes with it."""

    DELETE = "delete"
    """The machine goes, and its saved state, snapshots' metadata, NVRAM and TPM with it."""
    REDEFINE = "redefine"
    """It comes back under another name and needs its NVRAM and TPM."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of a machine that is deleted.

    Parameters
    ----------
    nvram
        The file with the settings of its firmware.
    tpm
        What is stored in its TPM.
    """

    nvram: bool = False
    tpm: bool = False


_NOTHING: Final = Kept()


def undefine(
    domain: libvirt.virDomain, purpose: Purpose, subject: Subject, kept: Kept = _NOTHING
) -> None:
    """Remove the definition of a machine that is off.

    Parameters
    ----------
    domain
        An open libvirt object.
    purpose
        What is to go with it.
    subject
        For errors.
    kept
        What stays although it is deleted.

    Raises
    ------
    libvirt.libvirtError
        libvirt refuses, for another reason than a flag that the driver does not know.
    Unsupported
        The machine's TPM would be lost, and the driver cannot keep it.
    """
    definition = parse_xml(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    if purpose is Purpose.REDEFINE:
        kept = Kept(nvram=True, tpm=True)
    attempts = list(_attempts(purpose, definition, subject, kept))
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


def _attempts(
    purpose: Purpose, definition: _Element, subject: Subject, kept: Kept
) -> Iterator[int]:
    """Yield the flags to try, from the most to none."""
    keep = 0
    if has_nvram(definition):
        nvram = libvirt.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM
        keep |= nvram if kept.nvram else libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
    tpm = has_tpm_state(definition) and kept.tpm
    if tpm:
        if not CAN_KEEP_TPM:
            raise Unsupported(
                _("Its TPM would lose what is stored in it."),
                subject=subject,
                next_step=_("Update libvirt on the host, or remove the TPM first."),
            )
        keep |= libvirt.VIR_DOMAIN_UNDEFINE_KEEP_TPM
    elif has_tpm_state(definition) and purpose is Purpose.DELETE:
        # It goes without this flag too, unless its definition says that it shall stay.
        keep |= getattr(libvirt, "VIR_DOMAIN_UNDEFINE_TPM", 0)  # libvirt 8.9
    if purpose is Purpose.DELETE:
        wanted = keep | libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
        wanted |= libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
        yield wanted | getattr(libvirt, "VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA", 0)  # 5.6
        yield wanted
    elif keep:
        yield keep
    if not tpm:
        # Without the flag the TPM's state would be deleted, so there is no lesser attempt.
        yield 0


def has_tpm_state(definition: _Element) -> bool:
    """Whether a machine has a TPM whose state libvirt keeps for it."""
    return definition.find("devices/tpm/backend[@type='emulator']") is not None


def has_nvram(definition: _Element) -> bool:
    """Whether a machine has a file for the settings of its firmware."""
    # With <os firmware='efi'> libvirt chooses the file itself when the machine first starts.
    return (
        definition.find("os/nvram") is not None
        or definition.find("os[@firmware='efi']") is not None
        or definition.find("os/loader[@type='pflash']") is not None
    )
