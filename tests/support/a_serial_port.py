"""A guest's serial port, read by a thread: what the guest itself says about what it was told."""

from __future__ import annotations

import threading
import time

import libvirt


class Serial:
    """What a guest writes to its serial port."""

    def __init__(self, domain):
        self.text = ""
        self.stream = domain.connect().newStream()
        domain.openConsole(None, self.stream)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        try:
            while data := self.stream.recv(4096):
                self.text += data.decode(errors="replace")
        except libvirt.libvirtError:
            return  # aborted at the end of the test

    def wait_for(self, text, seconds):
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end, self.text[-2000:]
            time.sleep(0.2)

    def close(self):
        self.stream.abort()
        self.reader.join(10)
