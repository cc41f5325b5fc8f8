"""Which way a ticket leads to a display, and who is refused before there is a ticket."""

from __future__ import annotations

import pytest

from qvirt_jupyter.console import DisplayTarget
from qvirt_jupyter.console.display_routes import route
from qvirt_jupyter.hypervisor import AccessDenied, connect
from qvirt_jupyter.hypervisor.screen.displays import Display

TEST_URI = "test:///default"


def test_the_server_opens_a_local_display_by_itself():
    with connect(TEST_URI) as connection:
        machine = connection.domains["test"]
        found = route(machine, Display(1, "vnc"))
        assert found.target == DisplayTarget(TEST_URI, machine.uuid, 1)
        found.close()
        found.close()


def test_a_read_only_connection_opens_no_screen():
    with (
        connect(TEST_URI, read_only=True) as connection,
        pytest.raises(AccessDenied, match="read-only") as caught,
    ):
        route(connection.domains["test"], Display(0, "vnc"))
    assert "to see screens" in caught.value.next_step
