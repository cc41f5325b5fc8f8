"""Targets: checked when made, the same after a way through a file."""

from __future__ import annotations

import pytest

from qvirt_jupyter.console import CarriedTarget, DisplayTarget, SocketTarget
from qvirt_jupyter.console.targets import target_from_json, target_to_json

UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


@pytest.mark.parametrize(
    "target",
    [
        DisplayTarget("test:///default", UUID, 2),
        SocketTarget("/a"),
        CarriedTarget("/a", "1f", "vnc"),
    ],
)
def test_a_target_comes_back(target):
    assert target_from_json(target_to_json(target)) == target


def test_a_machine_is_named_by_its_uuid_however_it_is_written():
    assert DisplayTarget("x", UUID.upper().replace("-", "")).uuid == UUID


@pytest.mark.parametrize("values", [("x", "web"), ("x", UUID, -1)])
def test_what_names_no_display_is_refused(values):
    with pytest.raises(ValueError, match=r"UUID|counts"):
        DisplayTarget(*values)


def test_a_relative_socket_is_refused():
    with pytest.raises(ValueError, match="absolute"):
        SocketTarget("a/socket")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "shell", "command": "x"},
        {"kind": "display"},
        {"kind": "socket", "path": 3},
        {"kind": "carried", "path": "a", "id": "1f", "type": "vnc"},
        {"kind": "carried", "path": "/a", "id": "", "type": "vnc"},
        {"kind": "carried", "path": "/a", "id": "1f", "type": "rdp"},
        {"kind": "socket", "path": "/a", "more": 1},
        {"kind": "display", "uri": "x", "uuid": 3},
    ],
)
def test_what_describes_no_target_is_refused(data):
    with pytest.raises(ValueError, match=r"target|absolute|carried"):
        target_from_json(data)


def test_a_log_line_says_which():
    assert UUID in DisplayTarget("test:///default", UUID).describe()
    assert "/a" in SocketTarget("/a").describe()
