"""Sockets between host and guest."""

import pytest

from qvirt_jupyter.documents import Domain, Vsock, parse


def test_an_address_that_libvirt_chooses_is_suggested():
    device = Vsock.suggested(Domain(), None)
    assert str(device) == "<vsock model='virtio'>\n  <cid auto='yes'/>\n</vsock>"
    assert (device.display_name, device.summary) == ("VirtIO sockets", "automatic CID")


def test_an_address_is_automatic_or_fixed():
    device = parse("<vsock><cid auto='yes' address='4'/></vsock>")
    assert device.summary == "CID 4", "the one of a running guest"
    device.cid = 7
    assert device.auto_cid is False
    device.auto_cid = True
    assert str(device) == "<vsock><cid auto='yes'/></vsock>"
    device.auto_cid = False
    assert device.summary == ""


@pytest.mark.parametrize("number", [2, 2**32, -1])
def test_low_addresses_are_the_hosts(number):
    with pytest.raises(ValueError, match="from 3"):
        Vsock(cid=number)


def test_a_guest_has_one():
    domain = Domain.parse("<domain><devices><vsock/></devices></domain>")
    assert "one only" in str(Vsock.unavailable(domain, None))
    assert Vsock.unavailable(Domain(), None) == ""
