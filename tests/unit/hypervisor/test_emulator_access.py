"""Whether a user may reach a file: modes, groups and access lists of the folders above it."""

from __future__ import annotations

import contextlib
import errno
import os
import struct

import pytest

from qvirt_jupyter.documents import Capabilities
from qvirt_jupyter.hypervisor import OperationFailed, Subject, connection_to
from qvirt_jupyter.hypervisor.host.emulator_access import (
    Account,
    account_of,
    emulator_account,
    is_readable,
    let_in,
    unsearchable,
)

STRANGER = Account(64_999, "stranger", frozenset({64_998}))
SUBJECT = Subject("domain", "web", "qemu:///system")


@pytest.fixture
def a_folder(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir(mode=0o700)
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == os.geteuid() and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o001)
    return folder


def closed(folder, account=STRANGER):
    """Return whether the folder itself is; those above it may be, too."""
    found = unsearchable(str(folder / "web.qcow2"), account)
    return tuple(each for each in found if each == str(folder))


def test_a_folder_of_somebody_else_is_closed_until_it_is_opened(a_folder):
    assert closed(a_folder) == (str(a_folder),)
    let_in(closed(a_folder), STRANGER, SUBJECT)
    assert closed(a_folder) == ()


def test_the_owner_the_group_and_root_are_let_in(a_folder):
    status = a_folder.stat()
    assert closed(a_folder, Account(status.st_uid, "owner", frozenset())) == ()
    assert closed(a_folder, Account(0, "root", frozenset())) == ()
    member = Account(64_999, "member", frozenset({status.st_gid}))
    a_folder.chmod(0o710)
    assert closed(a_folder, member) == ()
    # Who is in the group is judged by that alone.
    a_folder.chmod(0o701)
    assert closed(a_folder, member) == (str(a_folder),)


def test_a_file_is_readable_for_its_owner_its_group_and_root(a_folder):
    file = a_folder / "web.iso"
    file.write_bytes(b"x")
    status = file.stat()
    owner = Account(status.st_uid, "owner", frozenset())
    member = Account(64_999, "member", frozenset({status.st_gid}))
    for mode, readers in (
        (0o400, (owner,)),
        (0o440, (owner, member)),
        (0o404, (owner, STRANGER)),
        (0o444, (owner, member, STRANGER)),
    ):
        file.chmod(mode)
        everybody = (owner, member, STRANGER)
        assert tuple(each for each in everybody if is_readable(str(file), each)) == readers
    file.chmod(0)
    assert is_readable(str(file), Account(0, "root", frozenset()))
    assert is_readable(str(a_folder / "gone.iso"), STRANGER), "nobody knows"


def test_an_access_list_counts(a_folder):
    nobody = 0xFFFFFFFF
    entries = [(1, 7, nobody), (2, 1, STRANGER.uid), (4, 0, nobody), (16, 1, nobody)]
    entries.append((32, 0, nobody))
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *each) for each in entries)
    try:
        os.setxattr(a_folder, "system.posix_acl_access", packed)
    except OSError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        pytest.skip("The file system of the temporary folder has no access lists.")
    assert closed(a_folder) == ()
    assert closed(a_folder, Account(64_997, "other", frozenset())) == (str(a_folder),)


def test_a_folder_that_cannot_be_opened_says_who_can(tmp_path):
    missing = str(tmp_path / "gone")
    with pytest.raises(OperationFailed, match="setfacl -m u:stranger:x"):
        let_in((missing,), STRANGER, SUBJECT)


def test_a_folder_that_is_not_there_is_no_obstacle(tmp_path):
    assert str(tmp_path / "gone") not in closed(tmp_path / "gone")


LABELLED = (
    "<capabilities><host><secmodel><model>dac</model><doi>0</doi>"
    "<baselabel type='kvm'>{}</baselabel></secmodel></host></capabilities>"
)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("+0:+0", (0, "root")),
        # A number that has no name here.
        ("+64999:+64998", (64_999, "64999")),
        ("somebody", None),
    ],
)
def test_the_host_says_who_its_emulators_run_as(label, expected):
    account = account_of(Capabilities.parse(LABELLED.format(label)))
    assert (account and account[:2]) == expected


def test_a_host_without_access_control_by_owner_does_not_say():
    assert account_of(Capabilities.parse("<capabilities><host/></capabilities>")) is None


@pytest.mark.parametrize(
    "uri", ["test:///default", "qemu+ssh://host/system", "qemu:///system?socket=/run/other"]
)
def test_of_other_hosts_and_drivers_nothing_is_known(uri):
    with contextlib.closing(connection_to(uri)) as connection:
        assert emulator_account(connection) is None


def test_the_emulators_of_a_session_run_as_its_user():
    with contextlib.closing(connection_to("qemu:///session")) as connection:
        account = emulator_account(connection)
    assert account is not None
    assert account.uid == os.geteuid()
