"""A machine's NVRAM and TPM go when it is removed, and stay when it is renamed."""

from __future__ import annotations

import shutil

import pytest

from qvirt_jupyter.hypervisor.editing import renaming

pytestmark = pytest.mark.qemu

DEFINITION = """
<domain type='qemu'>
  <name>with firmware</name>
  <memory unit='MiB'>64</memory>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <loader readonly='yes' type='pflash'>{folder}/code.fd</loader>
    <nvram>{folder}/vars.fd</nvram>
  </os>
  <features><acpi/></features>
  <devices>{tpm}</devices>
</domain>
"""
TPM = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"


@pytest.fixture(params=["", TPM], ids=["NVRAM", "NVRAM and TPM"])
def a_machine(a_qemu_connection, tmp_path, request):
    """A machine that is never started: its files are only looked after."""
    for name in ("code.fd", "vars.fd"):
        (tmp_path / name).write_bytes(b"\0" * 1024)
        (tmp_path / name).chmod(0o666)
    tmp_path.chmod(0o777)
    if request.param and shutil.which("swtpm") is None:
        pytest.skip("libvirt has no TPM without the program swtpm.")
    machine = a_qemu_connection.domains.define(
        DEFINITION.format(folder=tmp_path, tpm=request.param)
    )
    yield machine
    if machine.uuid in a_qemu_connection.domains:
        machine.undefine()


def test_undefine_takes_the_nvram_along(a_machine, tmp_path):
    a_machine.undefine()
    assert a_machine.uuid not in a_machine.connection.domains
    assert not (tmp_path / "vars.fd").exists()
    assert (tmp_path / "code.fd").exists()


def test_rename_keeps_the_nvram(a_machine, tmp_path):
    a_machine.rename("renamed")
    assert a_machine.name == "renamed"
    assert (tmp_path / "vars.fd").exists()


def test_the_way_without_a_call_to_rename_keeps_it_too(a_machine, tmp_path):
    before = a_machine.document(inactive=True)
    subject = a_machine.subject
    a_machine.connection.call(
        lambda connection: renaming.redefine(
            connection, connection.lookupByUUIDString(a_machine.uuid), "redefined", subject
        )
    )
    assert a_machine.name == "redefined"
    assert before.diff(a_machine.document(inactive=True)).paths == ("name",)
    assert (tmp_path / "vars.fd").exists()
