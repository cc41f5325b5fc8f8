"""Storage pools of an NFS server of the tests' own."""

from __future__ import annotations

import a_libvirtd
import an_nfs_server
import pytest

from qvirt_jupyter.hypervisor import OperationFailed, connect
from qvirt_jupyter.provision.pools import PoolRequest

pytestmark = pytest.mark.qemu


@pytest.fixture(scope="module")
def a_daemon_apart():
    """A system daemon with a network of its own."""
    if reason := a_libvirtd.missing(system=True) or an_nfs_server.missing():
        pytest.skip(reason)
    daemon = a_libvirtd.a_system(apart=True)
    yield daemon
    daemon.stop()


@pytest.fixture(scope="module")
def an_export(a_daemon_apart, tmp_path_factory):
    """A folder that a server exports."""
    folder = tmp_path_factory.mktemp("nfs")
    export = folder / "images"
    export.mkdir()
    with an_nfs_server.an_nfs_server(a_daemon_apart, export, folder):
        yield export


@pytest.fixture
def a_connection(a_daemon_apart):
    connection = connect(a_daemon_apart.uri)
    yield connection
    connection.close()


def test_what_a_server_exports_is_found(an_export, a_connection, tmp_path):
    request = PoolRequest(type="netfs", host="127.0.0.1", target=str(tmp_path / "share"))
    (place,) = request.sources(a_connection)
    assert place.label == str(an_export)
    assert not place.used_by
    filled = place.fill(request)
    assert filled.folder == str(an_export)
    assert filled.problems(a_connection) == {}
    a_connection.storage_pools.define(filled.build(a_connection))
    (place,) = request.sources(a_connection)
    assert place.used_by == "pool"
    assert "pool" in str(place.note)
    a_connection.storage_pools["pool"].delete()


def test_a_server_that_does_not_answer_is_named(a_connection):
    with pytest.raises(OperationFailed, match=r"203\.0\.113\.1"):
        PoolRequest(type="netfs", host="203.0.113.1").sources(a_connection)


def test_volumes_lie_on_the_server(an_export, a_connection, tmp_path):
    if not an_nfs_server.can_mount():
        pytest.skip("the kernel has no NFS client (nfs4 in /proc/filesystems)")
    pool = PoolRequest(
        type="netfs",
        name="share",
        host="127.0.0.1",
        folder=str(an_export),
        format="nfs",
        protocol_version="4.2",
        target=str(tmp_path / "share"),
    ).create(a_connection)
    pool.create_volume("a.raw", 2**20, format="raw")
    assert (an_export / "a.raw").stat().st_size == 2**20
    pool.stop()
    pool.delete()
