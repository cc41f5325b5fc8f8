"""Ports of the host that lead into a guest, as one line of a form."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Interface, declarations
from qvirt_jupyter.documents.devices.forward_list import ForwardList

CARD = """<interface type='user'><mac address='52:54:00:00:00:01'/><backend type='passt'/>
  <portForward proto='tcp' address='127.0.0.1'><range start='8022' to='22'/></portForward>
  <portForward proto='udp'><range start='5000' end='5009'/><range start='5004' exclude='yes'/>
  </portForward>
  <portForward proto='tcp' address='::1'><range start='80'/></portForward>
  <portForward proto='tcp' dev='eth0'><range start='443'/></portForward>
</interface>"""


def test_what_is_there_is_one_line():
    card = Interface.parse(CARD)
    assert card.source.forwards == "8022:22, udp *:5000-5009:5000, [::1]:80:80"


def test_a_line_is_written_and_what_it_cannot_say_stays():
    card = Interface.parse(CARD)
    card.source.forwards = "2222:22, 2223:23, udp 53, *:8080-8089:80"
    assert card.source.forwards == "2222:22, 2223:23, udp 53:53, *:8080-8089:80"
    text = str(card)
    assert "dev='eth0'" in text
    assert "exclude='yes'" in text
    assert "8022" not in text
    # Those of one address stand together.
    assert len(card.source.port_forwards) == 5
    card.source.forwards = None
    assert card.source.forwards is None
    assert "2222" not in str(card)


def test_without_an_address_a_port_is_open_on_the_loopback_only():
    card = Interface(type="user", mac="52:54:00:00:00:01")
    card.source.backend = "passt"
    card.source.forwards = "8022:22"
    assert card.source.port_forwards[0].address == "127.0.0.1"
    assert card.source.port_forwards[0].ranges[0].to == 22


@pytest.mark.parametrize(
    "text",
    [
        *("22:", ":22", "a:b", "0:22", "22:0", "70000:22", "30-20:1", "65530-65535:65535"),
        *("1.2.3:80:80", "[x]:80:80", "sctp 80:80", "80;81"),
    ],
)
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(ValueError, match="8022:22"):
        ForwardList().check(text)
    card = Interface.parse(CARD)
    with pytest.raises(ValueError, match="8022:22"):
        card.source.forwards = text
    assert "8022" in str(card)


def test_a_form_shows_it_where_the_backend_can():
    card = Interface.parse(CARD)
    named = {each.name: each for each in declarations(card)}
    field = named["source.forwards"]
    assert field.is_shown(card)
    field.set(card, "8080:80")
    assert field.get(card) == "8080:80"
    card.source.backend = None
    assert not field.is_shown(card)
