"""A world of libvirt's test driver for each test: nothing that one does is seen by another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from a_fresh_store import make_fresh
from a_manager import domains, wait_for
from a_wizard import Wizard

import qvirt_jupyter
from qvirt_jupyter.hypervisor import connect, connection_to, connections, watcher
from qvirt_jupyter.widgets import shell
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.preferences import preferences

MACHINES = Path(__file__).with_name("machines.xml")


@pytest.fixture(autouse=True, scope="session")
def _definitions_are_read_before_a_connection_is_announced():
    """A busy machine reads some only afterwards: a record says less than a test asks for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watcher, "BUDGET", 60.0)
        yield


@pytest.fixture(autouse=True)
def _jupyter_folders_of_the_test(tmp_path, monkeypatch):
    for kind in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{kind}_DIR", str(tmp_path / "jupyter" / kind.lower()))


@pytest.fixture
def a_driver_file(tmp_path):
    """A file of the test driver of its own: its path makes a world of its own."""
    return Path(shutil.copy(MACHINES, tmp_path))


@pytest.fixture
def a_connection(a_driver_file):
    """An open connection to that world."""
    connection = connect(f"test://{a_driver_file}")
    yield connection
    connection.close()


@pytest.fixture
def a_user_without_a_past(monkeypatch):
    """Nobody has chosen, remembered or opened anything."""
    for store in (preferences, saved_connections):
        make_fresh(monkeypatch, store)
    yield
    for connection in connections():
        connection.close()
    for notice in fleet.notices.notices:
        fleet.notices.take(notice.key)


@pytest.fixture
def a_uri(a_driver_file):
    """The URI of a connection that nobody opened yet."""
    uri = f"test://{a_driver_file}"
    yield uri
    connection_to(uri).close()


@pytest.fixture
def a_wizard(a_uri):
    """A wizard for a new machine on that connection."""
    wizard = Wizard(a_uri)
    yield wizard
    wizard.panel.close()


@pytest.fixture
def opened(monkeypatch):
    """What is asked of JupyterLab: which tabs it is to open."""
    asked = []
    monkeypatch.setattr(shell, "_send", asked.append)
    return asked


@pytest.fixture
def a_manager(a_uri):
    """A manager that has opened that connection."""
    saved_connections.add(SavedConnection(a_uri, "Lab", autoconnect=True))
    panel = qvirt_jupyter.manager()
    assert wait_for(lambda: len(domains(panel)) == 10)
    yield panel
    panel.close()
