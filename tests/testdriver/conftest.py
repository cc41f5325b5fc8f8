"""A world of libvirt's test driver for each test: nothing that one does is seen by another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qvirt_jupyter.hypervisor import connect

MACHINES = Path(__file__).with_name("machines.xml")


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
