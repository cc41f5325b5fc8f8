"""A console that says much at once: no guest here writes so fast, but libvirt reads a volume so.

The bytes go the same way as those of a console: by a stream of libvirt that does not block.
"""

from __future__ import annotations

import libvirt

from qvirt_jupyter.hypervisor.serial.stream import SerialStream

END = b"that-was-all\n"


def contents(mebibytes):
    """Return lines of so many MiB, and a last one."""
    return b"0123456789abcde\n" * (65536 * mebibytes) + END


class FastConsole:
    """Takes the place of opening a console once; what is opened later is the real one."""

    def __init__(self, path):
        self.path = str(path)
        self.is_told = False
        self.real = SerialStream.open

    def open(self, domain, alias, wake, *, force):
        """Open the volume instead."""
        if self.is_told:
            return self.real(domain, alias, wake, force=force)
        self.is_told = True
        connection = domain.connect()
        stream = connection.newStream(libvirt.VIR_STREAM_NONBLOCK)
        connection.storageVolLookupByPath(self.path).download(stream, 0, 0, 0)
        return SerialStream(stream, wake)
