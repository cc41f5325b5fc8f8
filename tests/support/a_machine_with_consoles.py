"""A tiny guest with every kind of console: two serial ports, one that is a file, one of VirtIO."""

from __future__ import annotations

import threading
import time

from qvirt_jupyter.provision import tiny_guest

CONSOLES = """
<serial type='pty'><target port='1'/></serial>
<serial type='file'><source path='{folder}/serial2.txt'/><target port='2'/></serial>
<console type='pty'><target type='virtio' port='1'/></console>
"""


def define(connection, name, folder):
    """Return the machine, which is off."""
    machine = tiny_guest().define(connection, name, accelerator="tcg", memory=160 * 1024)
    xml = with_consoles(machine.xml(inactive=True), folder)
    connection.call(lambda raw: raw.defineXML(xml))
    return machine


def define_for_others(connection, name, folder):
    """Return one without a disk, whose files anybody may read: the daemon is another user's."""
    place = folder / "guest"
    guest = tiny_guest(disk=None, folder=place)
    for path in (folder, place, *place.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    xml = guest.definition(name, accelerator="tcg", memory=160 * 1024)
    return connection.domains.define(with_consoles(xml, folder / "home"))


def with_consoles(xml, folder):
    """Return a definition with the consoles."""
    return xml.replace("</devices>", f"{CONSOLES.format(folder=folder)}</devices>")


class Heard:
    """What a line has said to somebody since they began to listen."""

    def __init__(self, line, **options):
        self.data = b""
        self.lost = 0
        self.changed = threading.Condition()
        self.subscription = line.listen(self.take, on_loss=self.lose, **options)

    def take(self, data):
        with self.changed:
            self.data += data
            self.changed.notify_all()

    def lose(self, number):
        self.lost += number

    def until(self, text, seconds=180):
        """Wait for a text, and forget what came until its end."""
        end = time.monotonic() + seconds
        with self.changed:
            while text not in self.data:
                left = end - time.monotonic()
                assert left > 0, f"{text!r} did not come: {self.data[-2000:]!r}"
                self.changed.wait(left)
            self.data = self.data.partition(text)[2]
