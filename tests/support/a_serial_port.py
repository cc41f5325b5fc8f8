"""A guest's serial port, read by a thread: what the guest itself says about what it was told."""

from __future__ import annotations

import contextlib
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

    def hears(self, text, type_it, seconds, before_again=lambda: None):
        """Type on the screen until this was heard here.

        Who asks for a name may not listen yet, and the keyboard of a guest that does not run for
        a moment, as on a busy machine, remembers a few keys only.
        """
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end, self.text[-2000:]
            type_it()
            soon = time.monotonic() + 20
            while text not in self.text and time.monotonic() < soon:
                time.sleep(0.2)
            if text not in self.text:
                before_again()

    def hears_a_login(self, type_name, seconds):
        """Type the name until somebody is logged in there; in a shell, once more does nothing."""
        self.hears("root login on", type_name, seconds)

    def close(self):
        # It has ended already where its machine did.
        with contextlib.suppress(libvirt.libvirtError):
            self.stream.abort()
        self.reader.join(10)
