"""What a guest that was copied is called."""

import pytest

from qvirt_jupyter.hypervisor.guest import identity as guest_identity


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("web-clone1", "web-clone1"),
        ("Web Server (2)", "web-server-2"),
        ("a <b>; reboot", "a-b-reboot"),
        ("---", ""),
        ("x" * 62 + "-y", "x" * 62),
        ("Zürich", "z-rich"),
    ],
)
def test_a_host_name_is_made_of_the_machine_s(machine, expected):
    assert guest_identity.host_name(machine) == expected
