from pathlib import Path

import pytest

from qvirt_jupyter.provision.osinfo import Database
from qvirt_jupyter.provision.osinfo.folders import SYSTEM


@pytest.fixture(scope="session")
def the_systems_database():
    """The database that this machine's distribution packages."""
    if not (SYSTEM / "os").is_dir():
        pytest.skip("osinfo-db is not installed")
    return Database([SYSTEM])


@pytest.fixture
def a_database(tmp_path):
    """Make a database of entries: a text, or texts by file."""

    def make(entries, folder="system"):
        files = entries if isinstance(entries, dict) else {"os/example.org/all.xml": entries}
        for name, text in files.items():
            path = Path(tmp_path / folder / name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text and f"<libosinfo version='0.0.1'>{text}</libosinfo>")
        return tmp_path / folder

    return make
