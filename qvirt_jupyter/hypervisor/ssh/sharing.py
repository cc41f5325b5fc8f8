"""One SSH connection a host: the first ssh that gets in lets the next ones through its own.

So a second connection to a host, or one that comes back, asks for no password again. What the
user's own settings say of it counts: https://man.openbsd.org/ssh_config#ControlMaster
"""

from __future__ import annotations

import atexit
import functools
import shlex
from typing import Final

from qvirt_jupyter._temporary_folders import make_temporary_folder, remove_temporary_folder

PERSIST: Final = 60
"""Seconds for which an SSH connection that nobody uses stays open."""
# A host that is cut off gives no sign of it: ssh asks, and ends after the second missing answer.
_ALIVE: Final = "-o ServerAliveInterval=15 -o ServerAliveCountMax=2"


def script(program: str) -> str:
    """Return shell commands that become a program with the options which the user has not set.

    Parameters
    ----------
    program
        The user's ssh; the arguments of the script are its own.
    """
    ssh = shlex.quote(program)
    shared = f"-o ControlMaster=auto -o ControlPath={control_folder()}/%C"
    return (
        # What the settings say of this host; nothing where the program is none of OpenSSH's.
        f'settings=$({ssh} -G "$@" 2>/dev/null </dev/null)\n'
        'case $settings in *"serveraliveinterval 0"*)\n'
        f'  set -- {_ALIVE} "$@" ;;\n'
        "esac\n"
        'case $settings in *controlpath*) ;; *"controlmaster false"*)\n'
        f'  set -- {shared} -o ControlPersist={PERSIST} "$@" ;;\n'
        "esac\n"
        f'exec {ssh} "$@"'
    )


@functools.cache
def control_folder() -> str:
    """Return the folder of this process for the sockets, which only its owner may enter.

    Its path is short: that of a socket has at most 108 bytes, and ssh adds 60 to it.
    """
    folder = make_temporary_folder("ssh", "/tmp")  # noqa: S108 - its mode is 0700
    atexit.register(remove_temporary_folder, folder)
    return str(folder)
