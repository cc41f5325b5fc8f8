"""Watchdogs and panic notifiers: what notices that a guest is in trouble."""

import pytest

from qvirt_jupyter.documents import Domain, DomainCapabilities, Panic, Pstore, Watchdog, parse


def a_domain(arch="x86_64", devices="", type_="hvm"):
    return Domain.parse(
        f"<domain type='kvm'><os><type arch='{arch}'>{type_}</type></os>"
        f"<devices>{devices}</devices></domain>"
    )


def offer(*models):
    values = "".join(f"<value>{model}</value>" for model in models)
    return DomainCapabilities.parse(
        "<domainCapabilities><devices><panic supported='yes'><enum name='model'>"
        f"{values}</enum></panic></devices></domainCapabilities>"
    )


OLD_HOST = DomainCapabilities.parse("<domainCapabilities><devices/></domainCapabilities>")


@pytest.mark.parametrize(("arch", "model"), [("x86_64", "i6300esb"), ("s390x", "diag288")])
def test_a_watchdog_that_resets_is_suggested(arch, model):
    dog = Watchdog.suggested(a_domain(arch), None)
    assert (dog.model, dog.action) == (model, "reset")


def test_a_list_says_model_and_action():
    dog = parse("<watchdog model='ib700' action='inject-nmi'/>")
    assert (dog.display_name, dog.summary) == ("Watchdog", "iB700 · Send it an NMI")
    assert dog.identity == ("watchdog", "ib700", 1)
    assert Watchdog(model="brand-new", action="brand-new").summary == "brand-new · brand-new"


def test_the_chipsets_own_stays():
    assert Watchdog(model="itco").why_kept
    assert not Watchdog(model="i6300esb").why_kept


def test_another_watchdog_sits_elsewhere():
    dog = parse("<watchdog model='i6300esb' action='none'><address type='pci'/></watchdog>")
    dog.model = "ib700"
    assert str(dog) == "<watchdog model='ib700' action='none'/>"


@pytest.mark.parametrize(
    ("arch", "devices", "host", "model"),
    [
        ("x86_64", "", None, "isa"),
        ("x86_64", "", OLD_HOST, "isa"),
        ("x86_64", "<panic model='isa'/>", None, "hyperv"),
        ("x86_64", "<panic/>", None, "hyperv"),
        ("x86_64", "", offer("pvpanic", "isa"), "pvpanic"),
        ("ppc64le", "", None, "pseries"),
        ("s390x", "", None, "s390"),
        ("aarch64", "", None, "pvpanic"),
    ],
)
def test_the_first_panic_notifier_that_is_missing_is_suggested(arch, devices, host, model):
    domain = a_domain(arch, devices)
    assert Panic.suggested(domain, host).model == model
    assert Panic.unavailable(domain, host) == ""


def test_a_guest_with_all_models_gets_no_more():
    domain = a_domain(devices="<panic model='isa'/><panic model='hyperv'/>")
    assert "one of each model" in str(Panic.unavailable(domain, None))
    assert Panic.suggested(domain, None).model is None
    first, second = domain.devices.panics
    assert (first.display_name, first.summary) == ("Panic notifier 1", "ISA port (pvpanic)")
    assert second.identity == ("panic", "hyperv", 1)
    assert Panic(model="isa").display_name == "Panic notifier"


@pytest.mark.parametrize("kind", [Watchdog, Panic, Pstore])
def test_containers_have_none(kind):
    assert "fully virtualised" in str(kind.unavailable(a_domain(type_="exe"), None))


def test_last_words_need_a_host_that_keeps_them():
    assert "10.2" in str(Pstore.unavailable(a_domain(), OLD_HOST))
    assert Pstore.unavailable(a_domain(), offer("isa")) == ""
    store = Pstore.suggested(a_domain(), None)
    assert (str(store), store.display_name, store.summary) == (
        "<pstore backend='acpi-erst'/>",
        "Crash log store",
        "",
    )
    store.path = "/var/lib/a.raw"
    assert store.summary == "/var/lib/a.raw"
    assert "one only" in str(Pstore.unavailable(a_domain(devices=str(store)), None))
