"""What the page of a device says of it that nobody types."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Domain
from qvirt_jupyter.widgets.details.definitions import Definitions, devices_of
from qvirt_jupyter.widgets.details.page import DevicePage

GUEST = "<domain type='kvm'><os><type>hvm</type></os><devices>{display}</devices></domain>"
AUTOMATIC = GUEST.format(display="<graphics type='{type}' port='-1' autoport='yes'/>")


@pytest.mark.parametrize(
    ("kind", "running", "said"),
    [
        ("vnc", "port='5903' autoport='yes'", {"Port while it runs": "5903"}),
        (
            "spice",
            "port='5900' tlsPort='5901' autoport='yes'",
            {"Port while it runs": "5900", "TLS port while it runs": "5901"},
        ),
        ("vnc", "socket='/run/vnc'", {}),
    ],
)
def test_a_display_that_runs_says_which_port_libvirt_took(kind, running, said):
    stored = Domain.parse(AUTOMATIC.format(type=kind))
    now = Domain.parse(GUEST.format(display=f"<graphics type='{kind}' {running}/>"))
    (key,) = (key for key in devices_of(stored) if key.startswith("graphics"))
    page = DevicePage(key)
    assert dict(page.facts(None, Definitions(stored, now, persistent=True))) == said
    assert page.facts(None, Definitions(stored, None, persistent=True)) == ()
