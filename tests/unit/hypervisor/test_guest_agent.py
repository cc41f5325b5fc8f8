"""The agent's answer is data from a stranger: what is not as it should be is left out."""

from __future__ import annotations

import json

import pytest

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor.guest.agent_answers import (
    InterfaceStatistics,
    has_agent_channel,
    is_agent_connected,
    parse_interface_statistics,
)

GOOD = {
    "name": "eth0",
    "hardware-address": "52:54:00:AA:BB:CC",
    "statistics": {"rx-bytes": 1, "tx-bytes": 2, "rx-packets": 3, "tx-packets": 4, "rx-errs": 0},
}


def test_counters():
    loopback = GOOD | {"name": "lo", "hardware-address": "00:00:00:00:00:00"}
    assert parse_interface_statistics(json.dumps({"return": [loopback, GOOD]})) == (
        InterfaceStatistics("eth0", "52:54:00:aa:bb:cc", 1, 2, 3, 4),
    )


@pytest.mark.parametrize(
    "entry",
    [
        None,
        7,
        [],
        {},
        GOOD | {"name": None},
        GOOD | {"hardware-address": 3},
        GOOD | {"statistics": []},
        GOOD | {"statistics": {}},
        GOOD | {"statistics": GOOD["statistics"] | {"rx-bytes": -1}},
        GOOD | {"statistics": GOOD["statistics"] | {"rx-bytes": "9"}},
        GOOD | {"statistics": GOOD["statistics"] | {"rx-bytes": True}},
        GOOD | {"statistics": GOOD["statistics"] | {"rx-bytes": 1.5}},
        GOOD | {"statistics": GOOD["statistics"] | {"rx-bytes": 2**64}},
    ],
)
def test_a_malformed_interface_is_left_out(entry):
    answer = parse_interface_statistics(json.dumps({"return": [entry, GOOD]}))
    assert [found.interface for found in answer] == ["eth0"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"error": {}}', '{"return": {}}', '{"return": null}', "[" * 99999]
)
def test_a_malformed_answer_says_nothing(text):
    assert parse_interface_statistics(text) == ()


def test_an_endless_answer_is_cut():
    text = json.dumps({"return": [GOOD] * 1000})
    assert len(parse_interface_statistics(text)) < 1000


def channel(state, name="org.qemu.guest_agent.0"):
    return parse_xml(
        f"<domain><devices><channel><target name='{name}' {state}/></channel></devices></domain>"
    )


@pytest.mark.parametrize(
    ("definition", "there", "connected"),
    [
        (channel("state='connected'"), True, True),
        (channel("state='disconnected'"), True, False),
        (channel(""), True, False),
        (channel("state='connected'", name="org.spice-space.webdav.0"), False, False),
        (parse_xml("<domain/>"), False, False),
    ],
)
def test_the_channel_of_the_agent(definition, there, connected):
    assert has_agent_channel(definition) is there
    assert is_agent_connected(definition) is connected
