"""A change of a definition in words: labels of fields, values as forms show them."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Change
from qvirt_jupyter.widgets.change_words import words_of

SAID = [
    (("vcpu", "2", "1"), "Maximum virtual CPUs: 2 → 1"),
    (("memory", "2097152 KiB", "1048576 KiB"), "Maximum memory: 2 GiB → 1 GiB"),
    (("devices/disk[vda]/driver/@cache", None, "none"), "Disk vda: Cache mode: not set → none"),
    (("devices/disk[vdb]", None, "<disk/>"), "Disk vdb: added"),
    (("devices/serial[1]", "<serial/>", None), "Serial port 1: removed"),
    (("devices/hub[1]", "<hub type='usb'/>", "<hub/>"), "USB hub 1: changed"),
    (("devices/graphics[vnc]/@passwd", "••••", None), "Display vnc: Password: •••• → not set"),
    (("cpu/@mode", None, "host-passthrough"), "CPU mode: not set → The host's processor itself"),
    (("devices/interface[1]/link/@state", "up", "down"), "Network card 1: Link state: Up → Down"),
    (("os/bootmenu/@enable", "no", "yes"), "Boot menu: Off → On"),
    # What nothing is declared of keeps its path, and what makes no sense its text.
    (("nobody/@knows", None, "it"), "nobody/@knows: not set → it"),
    (("vcpu", "some", "1"), "Maximum virtual CPUs: some → 1"),
    (("devices/future[x]/@y", "1", "2"), "devices/future[x]/@y: 1 → 2"),
]


@pytest.mark.parametrize(("change", "words"), SAID)
def test_a_change_is_said_by_labels_and_values(change, words):
    assert words_of(Change(*change)) == words
