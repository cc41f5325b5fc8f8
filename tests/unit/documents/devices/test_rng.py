"""Random number generators."""

import pytest

from qvirt_jupyter.documents import Domain, Rng, declarations, parse


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("<rng model='virtio'><backend model='random'>/dev/hwrng</backend></rng>", "/dev/hwrng"),
        ("<rng model='virtio'><backend model='random'/></rng>", "A device of the host"),
        ("<rng model='virtio'><backend model='builtin'/></rng>", "The emulator itself"),
        (
            "<rng><backend model='egd' type='tcp'><source host='h' service='8'/></backend></rng>",
            "h:8",
        ),
        ("<rng><backend model='egd' type='unix'/></rng>", "An entropy daemon (EGD)"),
        ("<rng><backend model='brand-new'/></rng>", "brand-new"),
        ("<rng/>", ""),
    ],
)
def test_a_list_says_where_the_numbers_come_from(text, summary):
    device = parse(text)
    assert (device.display_name, device.summary) == ("Random numbers", summary)


def test_the_hosts_kernel_is_suggested():
    assert str(Rng.suggested(Domain(), None)) == (
        "<rng model='virtio'>\n  <backend model='random'>/dev/urandom</backend>\n</rng>"
    )


def test_another_backend_leaves_nothing_of_the_old_one():
    device = Rng.suggested(Domain(), None)
    device.backend.model = "egd"
    device.backend.source.type = "tcp"
    device.backend.source.source.host = "127.0.0.1"
    device.backend.source.source.service = 8000
    assert str(device) == (
        "<rng model='virtio'>\n"
        "  <backend model='egd' type='tcp'>\n"
        "    <source host='127.0.0.1' service='8000'/>\n"
        "  </backend>\n"
        "</rng>"
    )
    assert "backend.source.source.host" in [found.name for found in declarations(device)]
    device.backend.model = "builtin"
    assert str(device) == "<rng model='virtio'>\n  <backend model='builtin'/>\n</rng>"


def test_a_limit_goes_in_before_the_backend():
    device = Rng.suggested(Domain(), None)
    device.rate_bytes = 1024
    device.rate_period = 2000
    assert str(device).splitlines()[1] == "  <rate bytes='1024' period='2000'/>"
    del device.rate_period
    del device.rate_bytes
    assert "rate" not in str(device)
