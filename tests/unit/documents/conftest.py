from pathlib import Path

import pytest

from qvirt_jupyter.documents import Domain

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def a_full_domain():
    """A domain in which every declared field is said once."""
    return Domain.parse((DATA / "documents" / "domain.xml").read_text())
