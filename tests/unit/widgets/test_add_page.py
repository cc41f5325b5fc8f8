"""What is suggested when a device is added, where that depends on more than the definition."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh

from qvirt_jupyter.documents import Domain
from qvirt_jupyter.widgets.details.add_page import AddPage
from qvirt_jupyter.widgets.details.definitions import Definitions
from qvirt_jupyter.widgets.preferences import preferences


@pytest.mark.parametrize(("is_local", "listen"), [(True, "none"), (False, "address")])
def test_a_display_is_added_as_its_host_is_reached(is_local, listen):
    page = AddPage("graphics")
    stored = Domain.parse("<domain type='kvm'><os><type>hvm</type></os><devices/></domain>")
    definitions = Definitions(stored, None, persistent=True, is_local=is_local)
    display = page.device(page.basis(definitions))
    assert display.listens[0].type == listen


@pytest.mark.parametrize(
    ("wish", "there", "kind"),
    [
        ("", "", "vnc"),
        ("spice", "", "spice"),
        ("spice", "<graphics type='spice'/>", "vnc"),
        ("vnc", "<graphics type='vnc'/>", "spice"),
    ],
)
def test_a_display_is_added_as_the_preferences_have_it(monkeypatch, wish, there, kind):
    make_fresh(monkeypatch, preferences)
    preferences.set(new_display=wish)
    stored = Domain.parse(
        f"<domain type='kvm'><os><type>hvm</type></os><devices>{there}</devices></domain>"
    )
    page = AddPage("graphics")
    display = page.device(page.basis(Definitions(stored, None, persistent=True)))
    assert display.type == kind
