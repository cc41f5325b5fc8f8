"""Files that only their owner may read, in Jupyter's own folders."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Literal

from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir

FOLDER_MODE = 0o700
FILE_MODE = 0o600

_JUPYTER_FOLDERS = {
    "config": jupyter_config_dir,
    "data": jupyter_data_dir,
    "runtime": jupyter_runtime_dir,
}


def jupyter_folder(kind: Literal["config", "data", "runtime"]) -> Path:
    """Return our folder inside one of Jupyter's; it need not exist yet.

    Parameters
    ----------
    kind
        ``config`` for settings, ``data`` for what must last, ``runtime`` for what dies with the
        session (https://docs.jupyter.org/en/latest/use/jupyter-directories.html).
    """
    return Path(_JUPYTER_FOLDERS[kind]()) / "qvirt"


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter, and return it.

    Raises
    ------
    PermissionError
        The folder belongs to somebody else, so what is put into it would not be private.
    """
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    status = path.stat()
    if status.st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to user {status.st_uid}, not to you: remove it.")
    if status.st_mode & 0o077:
        path.chmod(FOLDER_MODE)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; a reader sees the old or the new text, never half.

    Raises
    ------
    OSError
        The disk is full or the folder is not writable; the old file is left as it was.
    """
    private_folder(path.parent)
    # mkstemp makes its file with mode 0600.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def set_aside(path: Path) -> Path:
    """Rename a file that makes no sense, so that nobody's words are overwritten.

    Returns
    -------
    pathlib.Path
        Where it is now.

    Raises
    ------
    OSError
        The folder is not writable.
    """
    return path.replace(path.with_name(f"{path.name}.broken-{time.time_ns()}"))
