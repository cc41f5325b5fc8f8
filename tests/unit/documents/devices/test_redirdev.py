"""USB redirection, its rules, and leases."""

import pytest

from qvirt_jupyter.documents import Domain, Lease, Redirdev, Redirfilter

SPICE = "<graphics type='spice'/>"


def a_guest(devices=""):
    return Domain.parse(f"<domain><os><type>hvm</type></os><devices>{devices}</devices></domain>")


def test_only_spice_brings_usb_devices():
    assert "SPICE" in str(Redirdev.unavailable(a_guest("<graphics type='vnc'/>"), None))
    assert not Redirdev.unavailable(a_guest(SPICE), None)
    new = Redirdev.suggested(a_guest(SPICE), None)
    assert str(new) == "<redirdev bus='usb' type='spicevmc'/>"
    assert not new.refused(a_guest(SPICE), None)
    assert new.refused(a_guest(), None)
    assert not Redirdev(type="tcp").refused(a_guest(), None)


@pytest.mark.parametrize(
    ("there", "count"), [("<controller type='usb'/>", 0), ("<controller type='scsi'/>", 1)]
)
def test_it_needs_a_usb_controller(there, count):
    assert len(Redirdev(bus="usb").brings(a_guest(there), None)) == count


def test_redirections_are_numbered():
    domain = a_guest("<redirdev type='spicevmc'/>" * 2)
    names = [each.display_name for each in domain.devices.redirdevs]
    assert names == ["USB redirection 1", "USB redirection 2"]


def test_the_first_rules_allow_what_none_would():
    new = Redirfilter.suggested(a_guest(), None)
    assert "<usbdev class='-1' vendor='-1' product='-1' version='-1' allow='yes'/>" in str(new)
    assert (new.display_name, new.summary) == ("USB redirection rules", "1 rule")
    assert Redirfilter.unavailable(a_guest("<redirfilter/>"), None)
    assert not Redirfilter.unavailable(a_guest(), None)


@pytest.mark.parametrize(
    ("name", "value"), [("vendor", "12"), ("product", "0x12345"), ("version", "2"), ("version", "")]
)
def test_a_rule_is_in_libvirts_words(name, value):
    (rule,) = Redirfilter.suggested(a_guest(), None).rules
    if not value:
        setattr(rule, name, value)
        assert getattr(rule, name) is None
        return
    with pytest.raises(ValueError, match="or -1 for all"):
        setattr(rule, name, value)


def test_a_lease_is_held_once():
    lease = Lease(lockspace="s", resource="web", path="/srv/lease")
    assert (lease.display_name, lease.summary) == ("Lease web", "/srv/lease")
    assert lease.identity == ("lease", "s", "web")
    domain = a_guest()
    assert not lease.refused(domain, None)
    domain.devices.add(lease.copy())
    assert "already" in str(lease.refused(domain, None))
    assert "Enter both" in str(Lease().refused(domain, None))
