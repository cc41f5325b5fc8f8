"""What libvirt's errors are in the tree of ours: the class, plain words and the next step.

Codes are those of https://libvirt.org/html/libvirt-virterror.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import (
    AccessDenied,
    AlreadyExists,
    ConnectionLost,
    InUse,
    InvalidDefinition,
    NotFound,
    OperationCancelled,
    OperationFailed,
    QvirtError,
    Unsupported,
    WrongState,
)

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.errors import Subject

_NOT_FOUND: Final = {
    "VIR_ERR_NO_DOMAIN": _("The virtual machine does not exist any more."),
    "VIR_ERR_NO_NETWORK": _("The network does not exist any more."),
    "VIR_ERR_NO_STORAGE_POOL": _("The storage pool does not exist any more."),
    "VIR_ERR_NO_STORAGE_VOL": _("The storage volume does not exist any more."),
    "VIR_ERR_NO_NODE_DEVICE": _("The host device does not exist any more."),
    "VIR_ERR_NO_INTERFACE": _("The host interface does not exist any more."),
    "VIR_ERR_NO_NWFILTER": _("The network filter does not exist any more."),
    "VIR_ERR_NO_SECRET": _("The secret does not exist any more."),
    "VIR_ERR_NO_DOMAIN_SNAPSHOT": _("The snapshot does not exist any more."),
    "VIR_ERR_NO_DOMAIN_CHECKPOINT": _("The checkpoint does not exist any more."),
    "VIR_ERR_NO_DOMAIN_METADATA": _("The virtual machine has no such metadata."),
}

_CLASSES: Final[dict[str, type[QvirtError]]] = {
    **dict.fromkeys(_NOT_FOUND, NotFound),
    "VIR_ERR_DOM_EXIST": AlreadyExists,
    "VIR_ERR_NETWORK_EXIST": AlreadyExists,
    "VIR_ERR_STORAGE_VOL_EXIST": AlreadyExists,
    "VIR_ERR_STORAGE_POOL_BUILT": AlreadyExists,
    "VIR_ERR_RESOURCE_BUSY": InUse,
    "VIR_ERR_BLOCK_COPY_ACTIVE": InUse,
    "VIR_ERR_ACCESS_DENIED": AccessDenied,
    "VIR_ERR_OPERATION_DENIED": AccessDenied,
    "VIR_ERR_AUTH_FAILED": AccessDenied,
    "VIR_ERR_AUTH_CANCELLED": AccessDenied,
    "VIR_ERR_AUTH_UNAVAILABLE": AccessDenied,
    "VIR_ERR_NO_SUPPORT": Unsupported,
    "VIR_ERR_OPERATION_UNSUPPORTED": Unsupported,
    "VIR_ERR_ARGUMENT_UNSUPPORTED": Unsupported,
    "VIR_ERR_CONFIG_UNSUPPORTED": Unsupported,
    "VIR_ERR_XML_ERROR": InvalidDefinition,
    "VIR_ERR_XML_DETAIL": InvalidDefinition,
    "VIR_ERR_XML_INVALID_SCHEMA": InvalidDefinition,
    "VIR_ERR_INVALID_ARG": InvalidDefinition,
    "VIR_ERR_OPERATION_INVALID": WrongState,
    "VIR_ERR_OPERATION_ABORTED": OperationCancelled,
    "VIR_ERR_INVALID_CONN": ConnectionLost,
    "VIR_ERR_NO_CONNECT": ConnectionLost,
}

# What the code alone says in plain words; libvirt's own sentence is used for all others.
_REASONS: Final = {
    **_NOT_FOUND,
    "VIR_ERR_AUTH_CANCELLED": _("The sign-in was cancelled."),
    "VIR_ERR_INVALID_CONN": _("The connection is closed."),
    "VIR_ERR_NO_CONNECT": _("The connection is closed."),
    "VIR_ERR_AGENT_UNRESPONSIVE": _("The guest agent does not answer."),
    "VIR_ERR_OPERATION_TIMEOUT": _("The hypervisor did not answer in time."),
    "VIR_ERR_STORAGE_POOL_BUILT": _("There is something on the device already."),
    # libvirt uses it for what a read-only connection must not do; polkit's refusal has another.
    "VIR_ERR_OPERATION_DENIED": _("The connection is read-only."),
}

_NEXT_STEPS: Final = {
    "VIR_ERR_AGENT_UNRESPONSIVE": _(
        "Wait until the guest has booted, and check that qemu-guest-agent runs in it."
    ),
    "VIR_ERR_OPERATION_TIMEOUT": _("Another job may be running on it: wait and try again."),
    "VIR_ERR_RESOURCE_BUSY": _("Wait until the other user of it has finished."),
    "VIR_ERR_DOM_EXIST": _("Choose another name or UUID."),
    "VIR_ERR_NETWORK_EXIST": _("Choose another name or UUID."),
    "VIR_ERR_STORAGE_VOL_EXIST": _("Choose another name."),
    "VIR_ERR_STORAGE_POOL_BUILT": _(
        "Use what is on it, or say that all of it may be erased (overwrite)."
    ),
    "VIR_ERR_OPERATION_DENIED": _("Open the connection again without read-only."),
    "VIR_ERR_ACCESS_DENIED": _("Ask the administrator of the host for the right to do this."),
    "VIR_ERR_INVALID_CONN": _("Connect again."),
    "VIR_ERR_NO_CONNECT": _("Connect again."),
}

# Where the code has no step of its own.
_NEXT_STEPS_OF_CLASSES: Final = {
    NotFound: _("Somebody removed or renamed it: look at what is there now."),
    AlreadyExists: _("Choose another name."),
    AccessDenied: _("Ask the administrator of the host for the right to do this."),
    Unsupported: _("Another driver or a newer libvirt may be able to."),
    InvalidDefinition: _("Correct what it names and try again."),
    WrongState: _("Look at its present state, then try again."),
    OperationFailed: _("Mend what it names and try again; libvirt's log on the host may say more."),
}

_PREAMBLE: Final = re.compile(
    r"^internal error: (?:unable to execute QEMU command '[\w-]+'"
    r"|Child process \(.*?\) unexpected exit status \d+"
    # QEMU ended as it was started: when, which program, and the option that it could not follow.
    r"|(?:qemu unexpectedly closed the|process exited while connecting to) monitor(?: \(.*?\))?: "
    r"\S+ [\w-]+(?:: -[\w-]+ (?:\{.*\}|\S+))?):\s+(?=\S)",
    re.IGNORECASE,
)

_MAY_NOT_OPEN: Final = re.compile(r"Could not open '.*': Permission denied")
_LET_IN: Final = _(
    "Let the user that QEMU runs as read it and pass the folders above it, or move it into a "
    "storage pool."
)
_NO_TFTP: Final = re.compile(r"dnsmasq: TFTP directory .* inaccessible: ")
_SERVE_ANOTHER: Final = _(
    "Let the user that dnsmasq runs as list it and pass the folders above it, or choose another "
    "TFTP folder."
)
_STEPS_OF_TEXTS: Final = ((_MAY_NOT_OPEN, _LET_IN), (_NO_TFTP, _SERVE_ANOTHER))

# The program that libvirt ran; "Error: " of iproute2 does not say that it was tc.
_CHILD: Final = re.compile(r"Child process \((?:\S*/)?([\w.-]+)")
_NAMELESS: Final = "Error: "
# How programs begin what they say: "mount.nfs: No such device".
_PROGRAM: Final = re.compile(r"[\w.-]+: ")

_NAMES: Final[dict[int, str]] = {
    getattr(libvirt, name): name
    for name in (*_CLASSES, *_REASONS, *_NEXT_STEPS)
    if hasattr(libvirt, name)
}


_ALL_CODES: Final[dict[int, str]] = {
    value: name for name, value in vars(libvirt).items() if name.startswith("VIR_ERR_")
}


def error_text(error: libvirt.libvirtError) -> str:
    """Return libvirt's own sentence, with its code and domain, for the details of a dialog."""
    code = error.get_error_code()
    name = _ALL_CODES.get(code if code is not None else -1, code)
    return f"libvirt: {error} ({name}, error domain {error.get_error_domain()})"


def from_libvirt(error: libvirt.libvirtError, subject: Subject | None = None) -> QvirtError:
    """Turn libvirt's error into one of the tree; the caller raises it ``from`` the original.

    Parameters
    ----------
    error
        What libvirt-python raised.
    subject
        The object that was asked.
    """
    code = error.get_error_code()
    name = _NAMES.get(code if code is not None else -1, "")
    kind = _CLASSES.get(name, OperationFailed)
    # The details have it in full: nobody is helped by whose error it is, or by the command line of
    # the program that failed.
    text = _PREAMBLE.sub("", str(error)).strip()
    child = _CHILD.search(str(error))
    if child is not None and text.startswith(_NAMELESS):
        text = f"{child[1]}: {text.removeprefix(_NAMELESS)}"
    if not _PROGRAM.match(text):
        text = text[:1].upper() + text[1:]
    if not text.endswith("."):
        text += "."
    step = _NEXT_STEPS.get(name, _NEXT_STEPS_OF_CLASSES.get(kind, ""))
    mapped = kind(
        _REASONS.get(name, text),
        subject=subject,
        next_step=next((said for about, said in _STEPS_OF_TEXTS if about.match(text)), step),
        code=code,
        details=error_text(error),
    )
    if isinstance(mapped, AccessDenied):
        mapped.cancelled = name == "VIR_ERR_AUTH_CANCELLED"
    return mapped
