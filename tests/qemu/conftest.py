"""Real QEMU behind daemons of the tests' own; see ``tests/support/a_libvirtd.py``."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import a_libvirtd
import a_sshd
import pytest

from qvirt_jupyter.documents import Secret, StoragePool, parse_xml
from qvirt_jupyter.hypervisor import connect, watcher
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.hypervisor.ssh import sharing as ssh_sharing
from qvirt_jupyter.provision import tiny_guest


@pytest.fixture(autouse=True, scope="session")
def _definitions_are_read_before_a_connection_is_announced():
    """A busy machine reads some only afterwards: a record says less than a test asks for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watcher, "BUDGET", 60.0)
        yield


@pytest.fixture(autouse=True)
def _jupyter_folders_of_the_test(tmp_path, monkeypatch):
    for kind in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{kind}_DIR", str(tmp_path / "jupyter" / kind.lower()))


@pytest.fixture(scope="session")
def a_session_libvirtd():
    """The daemon of an ordinary user."""
    if reason := a_libvirtd.missing():
        pytest.skip(reason)
    daemon = a_libvirtd.a_session()
    yield daemon
    daemon.stop()


@pytest.fixture(scope="session")
def a_system_libvirtd():
    """A system daemon in a mount namespace; it needs root."""
    if reason := a_libvirtd.missing(system=True):
        pytest.skip(reason)
    daemon = a_libvirtd.a_system()
    yield daemon
    daemon.stop()


@pytest.fixture(scope="session")
def a_qemu_libvirtd(request):
    """Either: root has the system daemon, whose machines can read what root wrote."""
    if os.geteuid() == 0 and not a_libvirtd.missing(system=True):
        return request.getfixturevalue("a_system_libvirtd")
    return request.getfixturevalue("a_session_libvirtd")


@pytest.fixture
def a_qemu_connection(a_qemu_libvirtd):
    """An open connection to real QEMU."""
    connection = connect(a_qemu_libvirtd.uri)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def a_qemu_connection_of_the_module(a_qemu_libvirtd):
    """The same for the tests of one file, which share a guest."""
    connection = connect(a_qemu_libvirtd.uri)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def a_tiny_guest(a_qemu_libvirtd):
    """A real guest that runs and whose agent answers, for tests that leave it as it is.

    Its connection is that of ``a_qemu_connection``, which a test opens and closes.
    """
    connection = connect(a_qemu_libvirtd.uri)
    guest = tiny_guest().define(
        connection, "tiny", accelerator="tcg", memory=160 * 1024, forwards=[(0, 80)]
    )
    guest.start()
    end = time.monotonic() + 240
    while not is_agent_connected(parse_xml(guest.xml())):
        assert time.monotonic() < end, "the guest's agent does not answer"
        time.sleep(0.5)
    yield guest
    connect(a_qemu_libvirtd.uri)
    if guest.state.is_active:
        guest.destroy()
    guest.undefine()
    connection.close()


@pytest.fixture(scope="module")
def the_sshd(a_session_libvirtd):
    """A server by which one reaches the daemon of an ordinary user as that of another host."""
    if reason := a_sshd.missing():
        pytest.skip(reason)
    names = ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME")
    environment = {name: a_session_libvirtd.environment[name] for name in names}
    with a_sshd.a_running_sshd(a_libvirtd.ordinary_user(), environment) as server:
        yield server


@pytest.fixture
def an_sshd(the_sshd, nobody_signed_in):  # noqa: ARG001 - it sets where connections are shared
    """The server, and nobody who got in before."""
    the_sshd.know_host()
    return the_sshd


@pytest.fixture
def nobody_signed_in(monkeypatch):
    """No connection of ssh that is shared, before and after a test."""
    folder = tempfile.mkdtemp(prefix="qv-", dir="/tmp")
    monkeypatch.setattr(ssh_sharing, "control_folder", lambda: folder)
    yield
    for path in Path(folder).iterdir():
        subprocess.run(
            ["ssh", "-F", "none", "-S", path, "-O", "exit", "any"], check=False, capture_output=True
        )
    # What ends takes its socket away itself, perhaps in this moment.
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def a_daemon():
    """A daemon of an ordinary user that the tests of a module may kill."""
    if reason := a_libvirtd.missing():
        pytest.skip(reason)
    daemon = a_libvirtd.a_session()
    yield daemon
    daemon.stop()


@pytest.fixture
def a_shelf(a_qemu_connection, tmp_path):
    """A pool of the test's own."""
    (tmp_path / "shelf").mkdir()
    definition = StoragePool(type="dir", name="shelf", path=str(tmp_path / "shelf"))
    pool = a_qemu_connection.storage_pools.define(definition)
    pool.start()
    yield pool
    pool.stop()
    pool.delete()


@pytest.fixture
def another_shelf(a_qemu_connection, tmp_path):
    """A second pool."""
    (tmp_path / "other").mkdir()
    definition = StoragePool(type="dir", name="other-shelf", path=str(tmp_path / "other"))
    pool = a_qemu_connection.storage_pools.define(definition)
    pool.start()
    yield pool
    pool.stop()
    pool.delete()


@pytest.fixture
def a_passphrase(a_qemu_connection):
    """The UUID of a secret that has a value: the passphrase of a volume."""
    definition = Secret.parse("<secret ephemeral='no' private='yes'/>")

    def define(connection):
        made = connection.secretDefineXML(str(definition), 0)
        made.setValue(b"correct horse", 0)
        return made.UUIDString()

    uuid = a_qemu_connection.call(define)
    yield uuid
    a_qemu_connection.call(lambda connection: connection.secretLookupByUUIDString(uuid).undefine())


@pytest.fixture
def a_saved_states_folder(a_qemu_libvirtd):
    """Where the daemon keeps managed-save images."""
    return a_qemu_libvirtd.saves


@pytest.fixture(scope="session")
def wait_until():
    """Wait for something to become true, and fail with what it was."""

    def wait(condition, seconds=60.0):
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.02)
        return found

    return wait
