"""Errors carry the object, the reason, the next step, libvirt's code and its raw text."""

from __future__ import annotations

import libvirt
import pytest

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import errors
from qvirt_jupyter.hypervisor.errors import (
    AccessDenied,
    AlreadyExists,
    ConnectionFailed,
    ConnectionLost,
    EditConflict,
    InUse,
    InvalidDefinition,
    NotFound,
    OperationCancelled,
    OperationFailed,
    QvirtError,
    Subject,
    Unsupported,
    WrongState,
)
from qvirt_jupyter.hypervisor.libvirt_errors import from_libvirt

WEB = Subject("domain", "web", "test:///default", "6695eb01-f6a4-8304-79aa-97f2502e193f")


def libvirts(code, text="something failed"):
    """An error as libvirt-python raises it."""
    error = libvirt.libvirtError(text)
    error.err = (code, 10, text, 2, "%s", None, None, -1, -1)
    error.args = (text,)
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("VIR_ERR_NO_DOMAIN", NotFound),
        ("VIR_ERR_NO_NETWORK", NotFound),
        ("VIR_ERR_NO_STORAGE_POOL", NotFound),
        ("VIR_ERR_NO_STORAGE_VOL", NotFound),
        ("VIR_ERR_NO_NODE_DEVICE", NotFound),
        ("VIR_ERR_DOM_EXIST", AlreadyExists),
        ("VIR_ERR_STORAGE_VOL_EXIST", AlreadyExists),
        ("VIR_ERR_RESOURCE_BUSY", InUse),
        ("VIR_ERR_ACCESS_DENIED", AccessDenied),
        ("VIR_ERR_OPERATION_DENIED", AccessDenied),
        ("VIR_ERR_AUTH_FAILED", AccessDenied),
        ("VIR_ERR_NO_SUPPORT", Unsupported),
        ("VIR_ERR_CONFIG_UNSUPPORTED", Unsupported),
        ("VIR_ERR_XML_ERROR", InvalidDefinition),
        ("VIR_ERR_INVALID_ARG", InvalidDefinition),
        ("VIR_ERR_OPERATION_INVALID", WrongState),
        ("VIR_ERR_OPERATION_ABORTED", OperationCancelled),
        ("VIR_ERR_OPERATION_FAILED", OperationFailed),
        ("VIR_ERR_INVALID_CONN", ConnectionLost),
        ("VIR_ERR_AGENT_UNRESPONSIVE", OperationFailed),
    ],
)
def test_each_code_becomes_its_class(code, kind):
    error = from_libvirt(libvirts(getattr(libvirt, code)), WEB)
    assert type(error) is kind
    assert error.code == getattr(libvirt, code)
    assert error.subject is WEB
    assert error.reason.endswith(".")
    assert "something failed" in error.details
    assert error.next_step.endswith(".") or kind is OperationCancelled


def test_a_read_only_connection_is_said_in_plain_words():
    text = "operation forbidden: read only access prevents virDomainCreate"
    error = from_libvirt(libvirts(libvirt.VIR_ERR_OPERATION_DENIED, text), WEB)
    assert error.reason == "The connection is read-only."
    assert error.next_step == "Open the connection again without read-only."
    assert text in error.details


def test_a_code_of_a_newer_libvirt_keeps_its_text():
    error = from_libvirt(libvirts(987654, "the moon is full"))
    assert type(error) is OperationFailed
    assert error.reason == "The moon is full."


def test_what_qemu_says_is_said_without_its_command():
    said = "internal error: unable to execute QEMU command 'device_add': Bus 'pci.0' is full"
    mapped = from_libvirt(libvirts(libvirt.VIR_ERR_INTERNAL_ERROR, said), WEB)
    assert mapped.reason == "Bus 'pci.0' is full."
    assert "device_add" in mapped.details


def test_a_cancelled_question_says_so():
    assert from_libvirt(libvirts(libvirt.VIR_ERR_AUTH_CANCELLED)).cancelled
    assert not from_libvirt(libvirts(libvirt.VIR_ERR_AUTH_FAILED)).cancelled


def test_text_names_object_reason_and_next_step():
    error = InUse(_("It is used."), subject=WEB, next_step=_("Wait."))
    assert str(error) == "web: It is used. Wait."
    assert str(QvirtError("Alone.")) == "Alone."


def test_every_class_is_in_the_tree_of_the_docstring():
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, QvirtError)
    ]
    assert len(classes) == 15
    for found in classes:
        assert found.__name__ in errors.__doc__
    assert issubclass(ConnectionFailed, ConnectionLost)
    assert issubclass(WrongState, OperationFailed)


def test_a_conflict_carries_both_differences():
    error = EditConflict("Changed.", mine="a", theirs="b", subject=WEB)
    assert (error.mine, error.theirs, error.subject) == ("a", "b", WEB)


def test_a_program_that_fails_is_quoted_without_its_command_line():
    said = (
        "internal error: Child process (/bin/mount -o (a) nas:/e /srv) unexpected exit status 32: "
        "mount.nfs: No such device\n"
    )
    error = from_libvirt(libvirts(libvirt.VIR_ERR_INTERNAL_ERROR, said))
    assert error.reason == "mount.nfs: No such device."
    assert "unexpected exit status 32" in error.details
    nameless = said.replace("/bin/mount -o (a)", "/sbin/tc qdisc").replace("mount.nfs:", "Error:")
    error = from_libvirt(libvirts(libvirt.VIR_ERR_INTERNAL_ERROR, nameless))
    assert error.reason == "tc: No such device."
    # dnsmasq begins with an empty line.
    said = "internal error: Child process (A=b /usr/sbin/dnsmasq -x) unexpected exit status 3: \n"
    said += "dnsmasq: TFTP directory /srv/tftp inaccessible: Permission denied\n"
    error = from_libvirt(libvirts(libvirt.VIR_ERR_INTERNAL_ERROR, said))
    assert error.reason == "dnsmasq: TFTP directory /srv/tftp inaccessible: Permission denied."
    assert "choose another TFTP folder" in error.next_step
    silent = "internal error: Child process (x) unexpected exit status 1: "
    assert "exit status 1" in from_libvirt(libvirts(libvirt.VIR_ERR_INTERNAL_ERROR, silent)).reason


@pytest.mark.parametrize(
    "began",
    [
        "qemu unexpectedly closed the monitor",
        "QEMU unexpectedly closed the monitor (vm='web')",
        "process exited while connecting to monitor",
    ],
)
@pytest.mark.parametrize("option", ['-blockdev {"a":{"b":"c"}}', "-drive file=/x.iso,if=none"])
def test_what_qemu_says_as_it_ends_is_said_without_its_options(began, option):
    when = "2026-11-26T16:27:22.008042Z"
    said = (
        f"internal error: {began}: {when} qemu-system-x86_64: {option}: Could not open '/x.iso': "
    )
    error = from_libvirt(libvirts(libvirt.VIR_ERR_INTERNAL_ERROR, f"{said}Permission denied"))
    assert error.reason == "Could not open '/x.iso': Permission denied."
    assert "Let the user that QEMU runs as read it" in error.next_step
    assert option in error.details
    other = from_libvirt(libvirts(libvirt.VIR_ERR_INTERNAL_ERROR, f"{said}No such file"))
    assert "try again" in other.next_step


def test_a_device_with_something_on_it_is_said_to_have_it():
    said = "Storage pool already built: Format of device '/dev/sdb' does not match"
    error = from_libvirt(libvirts(libvirt.VIR_ERR_STORAGE_POOL_BUILT, said))
    assert type(error) is AlreadyExists
    assert "erased" in error.next_step
    assert "/dev/sdb" in error.details
