"""A program that thaws a guest when the kernel that froze it ends before it thawed it.

It is run as a script, so that it takes little time and memory: it knows nothing of the package.
Its input stays open while the kernel lives. "done" and an end of the input mean that all is well;
an end without that word, that the kernel is gone.
"""

from __future__ import annotations

import sys
import time

import libvirt

_TRIES = 10
_PAUSE = 2.0
"""Seconds between two tries: libvirt or the agent may be busy."""


def main(uri: str, uuid: str) -> int:
    """Watch over one frozen machine.

    Parameters
    ----------
    uri
        Of its connection.
    uuid
        Its own.

    Returns
    -------
    int
        0 where it was thawed or did not need to be.
    """
    libvirt.registerErrorHandler(lambda *_error: None, None)
    try:
        # Whether it could, is to be known before it must.
        connection = libvirt.open(uri)
        connection.lookupByUUIDString(uuid)
        connection.close()
    except libvirt.libvirtError as error:
        _say(str(error))
        return 1
    _say("ready")
    if sys.stdin.read().strip() == "done":
        return 0
    for _try in range(_TRIES):
        try:
            connection = libvirt.open(uri)
            domain = connection.lookupByUUIDString(uuid)
            if domain.isActive():
                domain.fsThaw(None, 0)
        except libvirt.libvirtError:
            time.sleep(_PAUSE)
        else:
            return 0
    return 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
