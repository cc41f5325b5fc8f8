"""Containers are made by the request that makes virtual machines, and run their program."""

from __future__ import annotations

import shutil

import a_libvirtd
import pytest

from qvirt_jupyter.hypervisor import DomainState, QvirtError, connect
from qvirt_jupyter.provision import ContainerApplication, ContainerSystem, GuestRequest
from qvirt_jupyter.provision.osinfo import Database

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def a_host_of_containers():
    """A daemon's driver for containers, where it has one and the host lets them run."""
    if reason := a_libvirtd.missing(system=True):
        pytest.skip(reason)
    daemon = a_libvirtd.a_system(containers=True)
    try:
        try:
            connection = connect(daemon.uri.replace("qemu+unix", "lxc+unix"))
        except QvirtError as error:
            pytest.skip(f"libvirt has no driver for containers here: {error}")
        yield connection
        connection.close()
    finally:
        daemon.stop()


@pytest.fixture
def a_root(tmp_path):
    """The folder of a system whose first program says that it ran."""
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("busybox is not installed")
    for each in ("bin", "sbin", "dev", "proc", "sys", "etc"):
        (tmp_path / each).mkdir()
    shutil.copyfile(busybox, tmp_path / "bin" / "busybox")
    (tmp_path / "bin" / "busybox").chmod(0o755)
    init = tmp_path / "sbin" / "init"
    init.write_text("#!/bin/busybox sh\n/bin/busybox touch /it-ran\nexec /bin/busybox sleep 999\n")
    init.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("kind", ["application", "system"])
def test_a_container_runs_its_program(a_host_of_containers, a_root, wait_until, kind):
    install = (
        ContainerApplication("/bin/sh") if kind == "application" else ContainerSystem(str(a_root))
    )
    request = GuestRequest(
        name="box", memory=64 * 1024, vcpus=1, network=None, disks=(), install=install
    )
    try:
        machine = request.create(a_host_of_containers, database=Database([]))
    except QvirtError as error:
        assert "box" not in a_host_of_containers.domains
        if "cgroup" not in f"{error} {error.details}":
            raise
        pytest.skip(f"containers do not run here: {error}")
    try:
        assert machine.state is DomainState.RUNNING
        if kind == "system":
            wait_until((a_root / "it-ran").exists, 240)
    finally:
        machine.destroy()
        machine.undefine()
