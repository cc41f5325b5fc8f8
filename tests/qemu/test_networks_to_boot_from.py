"""What a new network gives guests to boot from: a real dnsmasq serves it, or refuses it."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import pytest

from qvirt_jupyter.hypervisor import OperationFailed, QvirtError
from qvirt_jupyter.provision import HostNetworks, NetworkRequest

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(600)]

SERVER = "10.97.0.1"
TFTP = 69
READ, DATA = 1, 3
"""The first two packets of RFC 1350."""


@pytest.fixture
def a_system(a_qemu_connection):
    if "/session" in a_qemu_connection.uri:
        pytest.skip("networks need a system daemon, which needs root")
    yield a_qemu_connection
    networks = a_qemu_connection.networks
    if "qv-boot" in networks.names:
        network = networks["qv-boot"]
        if network.is_active:
            network.stop()
        network.delete()


@pytest.fixture
def a_folder():
    """A folder with a file; dnsmasq reads it as a user of its own, and pytest closes its folders."""
    with tempfile.TemporaryDirectory(prefix="qv-tftp-") as folder:
        Path(folder).chmod(0o755)
        script = Path(folder, "boot.ipxe")
        script.write_text("#!ipxe\nreboot\n")
        script.chmod(0o644)
        yield Path(folder)


def asked(**wishes):
    return NetworkRequest(
        **{
            "name": "qv-boot",
            "mode": "isolated",
            "ipv4": "10.97.0.0/24",
            "autostart": False,
            **wishes,
        }
    )


def fetched(name, seconds):
    """Ask the host's end of the network for a file by TFTP; None where nobody answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(seconds)
        request = READ.to_bytes(2, "big") + f"{name}\0octet\0".encode()
        line.sendto(request, (SERVER, TFTP))
        try:
            answer, _sender = line.recvfrom(1024)
        except (TimeoutError, ConnectionRefusedError):
            return None
    assert int.from_bytes(answer[:2], "big") == DATA, answer
    return answer[4:].decode()


def test_the_files_of_the_folder_are_served(a_system, a_folder):
    asked(tftp_root=str(a_folder), boot_file="boot.ipxe", pointers4=True).create(a_system)
    assert fetched("boot.ipxe", 30) == "#!ipxe\nreboot\n"


def test_the_folder_is_served_where_no_addresses_are_given_out_too(a_system, a_folder):
    asked(tftp_root=str(a_folder), dhcp4=False).create(a_system)
    assert fetched("boot.ipxe", 30) == "#!ipxe\nreboot\n"


@pytest.mark.parametrize("name", ["a,b", "a #b", 'a"b"'])
def test_a_folder_that_dnsmasq_reads_otherwise_is_refused_before(a_system, a_folder, name):
    odd = a_folder / name
    odd.mkdir()
    (problem,) = (wanted := asked(tftp_root=str(odd))).problems(a_system)
    assert "dnsmasq ends a name" in str(problem)
    with pytest.raises(OperationFailed, match="TFTP directory"):
        a_system.networks.create(wanted.build(a_system))


def test_a_folder_that_dnsmasq_may_not_read_is_named_and_nothing_is_left(a_system, a_folder):
    a_folder.chmod(0o700)
    wanted = asked(tftp_root=str(a_folder))
    assert not wanted.problems(a_system)
    with pytest.raises(QvirtError) as caught:
        wanted.create(a_system)
    assert caught.value.reason.startswith(f"dnsmasq: TFTP directory {a_folder} inaccessible")
    assert "the user that dnsmasq runs as" in caught.value.next_step
    assert "qv-boot" not in a_system.networks.names


def test_a_folder_that_is_not_there_is_named_at_its_field(a_system, a_folder):
    (problem,) = asked(tftp_root=str(a_folder / "gone")).problems(HostNetworks.of(a_system))
    assert (problem.field, "gone" in str(problem)) == ("tftp_root", True)
