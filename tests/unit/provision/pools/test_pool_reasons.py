"""What a program says of a pool that failed becomes a next step that suits it."""

import pytest

from qvirt_jupyter.hypervisor import (
    AccessDenied,
    OperationCancelled,
    OperationFailed,
    connection_to,
)
from qvirt_jupyter.provision.pools import PoolRequest
from qvirt_jupyter.provision.pools.reasons import explained

SYSTEM = "qemu+unix:///system?socket=/none"
SESSION = "qemu+unix:///session?socket=/none"


@pytest.mark.parametrize(
    ("details", "kind", "words"),
    [
        ("Status: Authentication failure(513)", AccessDenied, "user and the password"),
        ("mount error(13): Permission denied", AccessDenied, "libvirt's service may use"),
        ("mount.nfs: No such device", OperationFailed, "load its module"),
        ("mount: unknown filesystem type 'xfs'", OperationFailed, "does not know"),
        ("iSCSI driver tcp is not loaded", OperationFailed, "iscsi_tcp"),
        ("can not connect to iSCSI daemon (111)!", OperationFailed, "iscsid"),
        ("no storage pools were found on host 'nas'", OperationFailed, "exports"),
    ],
)
def test_the_text_of_a_program_shows_what_to_do(details, kind, words):
    error = OperationFailed("It failed.", details=details, code=1)
    better = explained(error, PoolRequest(type="netfs"), connection_to(SYSTEM))
    assert type(better) is kind
    assert words in better.next_step
    assert (better.reason, better.details, better.code) == ("It failed.", details, 1)


def test_what_nobody_knows_stays_as_it_is():
    error = OperationFailed("It failed.", details="odd", next_step="Look.")
    assert explained(error, PoolRequest(type="netfs"), connection_to(SYSTEM)) is error
    cancelled = OperationCancelled("No.", details="permission denied")
    assert explained(cancelled, PoolRequest(type="netfs"), connection_to(SESSION)) is cancelled


def test_the_service_of_an_ordinary_user_fails_for_its_rights():
    error = OperationFailed("It failed.", details="odd")
    better = explained(error, PoolRequest(type="netfs"), connection_to(SESSION))
    assert "qemu:///system" in better.next_step
    assert explained(error, PoolRequest(type="dir"), connection_to(SESSION)) is error
