from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from qvirt_jupyter.documents import Domain

# How long an example takes says something of the machine, and nothing of what it shows.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def a_full_domain():
    """A domain in which every declared field is said once."""
    return Domain.parse((DATA / "documents" / "domain.xml").read_text())
