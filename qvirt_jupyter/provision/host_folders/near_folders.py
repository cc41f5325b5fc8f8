"""Folders of this machine, read by this process."""

from __future__ import annotations

import getpass
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import OperationFailed
from qvirt_jupyter.provision.host_folders.folder_listing import denied, listing, missing

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Subject
    from qvirt_jupyter.provision.host_folders.folder_listing import FolderListing


def list_here(path: str, subject: Subject, *, nearest: bool) -> FolderListing:
    """Return the folders in a folder of this machine, as far as this process may see them.

    Parameters
    ----------
    path
        The folder, from the root on.
    subject
        The connection, for errors.
    nearest
        Whether the nearest folder above is listed where this one cannot be.

    Raises
    ------
    NotFound
        There is no such folder.
    AccessDenied
        The user may not list it.
    OperationFailed
        It cannot be read otherwise.
    """
    reader = _user()
    found = Path(path)
    while nearest and found.parent != found and not _can_be_listed(found):
        found = found.parent
    try:
        with os.scandir(found) as entries:
            names = [entry.name for entry in entries if _is_folder(entry)]
    except PermissionError as error:
        raise denied(str(found), reader, subject) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise missing(str(found), subject) from error
    except OSError as error:
        # A share whose server is gone, a disk that fails.
        raise OperationFailed(
            _("{path} cannot be read: {reason}.").format(path=found, reason=error.strerror),
            subject=subject,
            next_step=_("Choose another folder, or type the path."),
        ) from error
    return listing(str(found), names, reader)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may give its user a number and no name.
        return str(os.geteuid())


def _can_be_listed(path: Path) -> bool:
    return os.access(path, os.R_OK | os.X_OK) and path.is_dir()


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        # A name that is no UTF-8 can be in no XML.
        entry.name.encode()
        return stat.S_ISDIR(entry.stat().st_mode)
    except (OSError, UnicodeEncodeError):
        # A link to nowhere, or a mount that its server has left.
        return False
