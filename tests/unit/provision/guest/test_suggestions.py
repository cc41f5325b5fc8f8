"""What a new machine is called and connected to where nobody says it."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor.records import NetworkRecord
from qvirt_jupyter.provision.guest.suggestions import suggested_name, suggested_network
from qvirt_jupyter.provision.osinfo import GENERIC, OperatingSystem

DEBIAN = OperatingSystem(id="http://debian.org/debian/12", short_ids=("debian12",))
NEXT = OperatingSystem(id="http://fedoraproject.org/next", short_ids=("fedora-unknown",))


@pytest.mark.parametrize(
    ("system", "taken", "name"),
    [
        (DEBIAN, (), "debian12"),
        (DEBIAN, ("debian12",), "debian12-2"),
        (DEBIAN, ("debian12", "debian12-2"), "debian12-3"),
        (NEXT, (), "fedora"),
        (GENERIC, (), "vm1"),
        (None, ("vm1", "vm2"), "vm3"),
    ],
)
def test_the_name_tells_of_the_system_and_is_free(system, taken, name):
    assert suggested_name(system, taken) == name


def test_another_architecture_than_the_hosts_is_in_the_name():
    names = [
        suggested_name(DEBIAN, (), architecture=each, host_architecture="x86_64")
        for each in ("x86_64", "aarch64")
    ]
    assert names == ["debian12", "debian12-aarch64"]


def a_network(name, *, active):
    return NetworkRecord(
        uri="test:///default",
        uuid=name,
        name=name,
        active=active,
        persistent=True,
        autostart=False,
        forward="nat",
        bridge="",
    )


@pytest.mark.parametrize(
    ("networks", "chosen"),
    [
        ((), ""),
        ((("default", True), ("a", True)), "default"),
        ((("default", False), ("a", True)), "default"),
        ((("b", False), ("c", True)), "c"),
        ((("b", False),), ""),
    ],
)
def test_the_network_is_the_usual_one_or_one_that_is_on(networks, chosen):
    found = [a_network(name, active=active) for name, active in networks]
    assert suggested_network(found) == chosen
