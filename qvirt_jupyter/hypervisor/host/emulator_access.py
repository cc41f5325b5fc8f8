"""Whether the emulator of a local service can reach a file: it may run as another user.

libvirt gives the emulator the file itself when a machine starts, but not the folders above it: each
of them must let the emulator's user search. https://libvirt.org/drvqemu.html#posix-users-groups
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import OperationFailed, Subject

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection

_ACL: Final = "system.posix_acl_access"
# include/uapi/linux/posix_acl_xattr.h: a version, then entries of tag, permissions and id.
_ACL_HEADER, _ACL_ENTRY = 4, struct.Struct("<HHI")
_ACL_USER, _ACL_GROUP_OWNER, _ACL_GROUP, _ACL_MASK = 0x02, 0x04, 0x08, 0x10
_READ: Final = 4
_SEARCH: Final = 1
_PATIENCE: Final = 10.0


class Account(NamedTuple):
    """Who an emulator runs as.

    Parameters
    ----------
    uid
        The number of the user.
    name
        The name of the user, or the number where it has none.
    groups
        The numbers of the user's groups.
    """

    uid: int
    name: str
    groups: frozenset[int]


def emulator_account(connection: Connection) -> Account | None:
    """Return who the emulators of a connection run as; None where this host cannot know.

    Parameters
    ----------
    connection
        Of another host, or of a driver that runs no emulator, nothing is known.
    """
    parts = connection.parts
    if parts.driver != "qemu" or parts.is_remote or "socket" in parts.parameters:
        return None
    if parts.path == "/session":
        return _account(os.geteuid(), os.getegid())
    text = connection.call(lambda raw: raw.getCapabilities(), subject=connection.subject)
    return account_of(documents.Capabilities.parse(text))


def account_of(capabilities: documents.Capabilities) -> Account | None:
    """Return who a host's emulators run as by default; None where it does not say.

    Parameters
    ----------
    capabilities
        The host's; its names are those of this host.
    """
    model = capabilities.host.security_models.get("dac")
    labels = [each.label for each in model.base_labels] if model is not None else []
    # "+64055:+64055": numbers of the user and of its group.
    uid, _colon, gid = (labels[0] or "").replace("+", "").partition(":") if labels else ("", "", "")
    return _account(int(uid), int(gid)) if uid.isdecimal() and gid.isdecimal() else None


def unsearchable(path: str, account: Account) -> tuple[str, ...]:
    """Return the folders above a file that do not let a user in, the outermost first.

    Parameters
    ----------
    path
        An absolute path of this host. Folders that this process may not look into are left out:
        nobody knows then.
    account
        The user.
    """
    if account.uid == 0:
        return ()
    found = []
    for folder in reversed(Path(path).parents):
        try:
            if not _may(folder, account, _SEARCH):
                found.append(str(folder))
        except OSError:
            break
    return tuple(found)


def is_readable(path: str, account: Account) -> bool:
    """Whether a user may read a file of this host; folders above it do not count.

    Parameters
    ----------
    path
        Its path. One that this process may not look at counts as readable: nobody knows then.
    account
        The user.
    """
    try:
        return account.uid == 0 or _may(Path(path), account, _READ)
    except OSError:
        return True


def let_in(folders: tuple[str, ...], account: Account, subject: Subject) -> None:
    """Let a user search folders: by an access list where the file system has them.

    Parameters
    ----------
    folders
        Folders of this host that belong to the user of this process.
    account
        The user that is let in.
    subject
        What it is done for.

    Raises
    ------
    OperationFailed
        Folders belong to somebody else, or their file system is read-only; all of them are named.
    """
    failed: list[tuple[str, OSError]] = []
    for folder in folders:
        if _add_to_list(folder, account):
            continue
        try:
            mode = stat.S_IMODE(Path(folder).stat().st_mode)
            Path(folder).chmod(mode | stat.S_IXOTH)
        except OSError as error:
            failed.append((folder, error))
    if failed:
        reasons = ", ".join(f"{folder} ({error.strerror})" for folder, error in failed)
        owners = " ".join(folder for folder, _error in failed)
        raise OperationFailed(
            _("The permissions could not be changed: {reasons}.").format(reasons=reasons),
            subject=subject,
            next_step=_("Their owner can: setfacl -m u:{name}:x {folders}").format(
                name=account.name, folders=owners
            ),
        ) from failed[0][1]


def _account(uid: int, gid: int) -> Account:
    try:
        name = pwd.getpwuid(uid).pw_name
        groups = frozenset(os.getgrouplist(name, gid))
    except KeyError:
        name, groups = str(uid), frozenset({gid})
    return Account(uid, name, groups)


def _may(path: Path, account: Account, wanted: int) -> bool:
    status = path.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & wanted << 6)
    listed = _listed(path, account, status.st_gid, wanted)
    if listed is not None:
        return listed
    if status.st_gid in account.groups:
        return bool(status.st_mode & wanted << 3)
    return bool(status.st_mode & wanted)


def _listed(path: Path, account: Account, owner: int, wanted: int) -> bool | None:
    """Return what the access list says of a user; None where it says nothing."""
    try:
        packed = os.getxattr(path, _ACL)
    except OSError:
        # It has none, or its file system knows of none.
        return None
    entries = list(_ACL_ENTRY.iter_unpack(packed[_ACL_HEADER:]))
    mask = next((allowed for tag, allowed, _id in entries if tag == _ACL_MASK), 7)
    for tag, allowed, number in entries:
        if tag == _ACL_USER and number == account.uid:
            return bool(allowed & mask & wanted)
    of_groups = [
        allowed
        for tag, allowed, number in entries
        if (tag == _ACL_GROUP and number in account.groups)
        or (tag == _ACL_GROUP_OWNER and owner in account.groups)
    ]
    return any(allowed & mask & wanted for allowed in of_groups) if of_groups else None


def _add_to_list(folder: str, account: Account) -> bool:
    program = shutil.which("setfacl")
    if program is None:
        return False
    done = subprocess.run(  # noqa: S603 - a folder and a user are its data
        [program, "--modify", f"user:{account.uid}:x", "--", folder],
        capture_output=True,
        check=False,
        timeout=_PATIENCE,
    )
    return done.returncode == 0
