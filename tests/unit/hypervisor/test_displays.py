"""Displays in their old and new spellings."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor.screen.displays import Display, displays_of


def displays(graphics):
    return displays_of(parse_xml(f"<domain><devices>{graphics}</devices></domain>"))


@pytest.mark.parametrize(
    ("graphics", "expected"),
    [
        (
            "<graphics type='vnc' port='5900' listen='127.0.0.1'><listen type='address' address='127.0.0.1'/></graphics>",
            Display(0, "vnc", "address", "127.0.0.1", 5900),
        ),
        (
            "<graphics type='vnc' port='-1' autoport='yes' listen='192.0.2.1'/>",
            Display(0, "vnc", "address", "192.0.2.1", None),
        ),
        ("<graphics type='vnc'><listen type='none'/></graphics>", Display(0, "vnc", "none")),
        (
            "<graphics type='vnc' socket='/run/v'><listen type='socket' socket='/run/v'/></graphics>",
            Display(0, "vnc", "socket", socket="/run/v"),
        ),
        ("<graphics type='vnc' socket='/run/v'/>", Display(0, "vnc", "socket", socket="/run/v")),
        (
            "<graphics type='spice' port='5901' tlsPort='5902'><listen type='network' network='n' address='10.0.0.1'/></graphics>",
            Display(0, "spice", "network", "10.0.0.1", 5901, 5902),
        ),
        ("<graphics type='egl-headless'/>", Display(0, "egl-headless")),
        ("<graphics type='sdl' display=':0'/>", Display(0, "sdl")),
        ("<graphics type='vnc' port='x'/>", Display(0, "vnc", "address")),
    ],
)
def test_one_display(graphics, expected):
    assert displays(graphics) == (expected,)


def test_displays_are_counted_as_libvirt_counts_them():
    found = displays("<graphics type='egl-headless'/><video/><graphics type='vnc'/>")
    assert [(display.index, display.type) for display in found] == [(0, "egl-headless"), (1, "vnc")]
    assert displays("") == ()
