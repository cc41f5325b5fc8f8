"""What is suggested when a device is added, where that depends on more than the definition."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Domain
from qvirt_jupyter.widgets.details.add_page import AddPage
from qvirt_jupyter.widgets.details.definitions import Definitions


@pytest.mark.parametrize(("is_local", "listen"), [(True, "none"), (False, "address")])
def test_a_display_is_added_as_its_host_is_reached(is_local, listen):
    page = AddPage("graphics")
    stored = Domain.parse("<domain type='kvm'><os><type>hvm</type></os><devices/></domain>")
    definitions = Definitions(stored, None, persistent=True, is_local=is_local)
    display = page.device(page.basis(definitions))
    assert display.listens[0].type == listen
