"""What an agent can do is read from what it says, which is data of a stranger."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor.guest.agent_abilities import NEEDED, understood


def says(enabled=(), disabled=(), version="7.2.22"):
    commands = [{"name": name, "enabled": True} for name in enabled]
    commands += [{"name": name, "enabled": False} for name in disabled]
    return understood({"version": version, "supported_commands": commands})


def test_what_takes_several_commands_needs_them_all():
    assert "exec" in says(["guest-exec", "guest-exec-status"])
    assert "exec" not in says(["guest-exec"])
    assert says(["guest-exec"]).missing("exec") == ("guest-exec-status",)


def test_what_the_guest_forbids_is_not_what_the_version_lacks():
    shown = str(says(["guest-exec-status"], ["guest-exec"]))
    assert "the guest does not allow it: guest-exec" in shown
    assert "this version does not know guest-fstrim" in shown


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {"version": 7, "supported_commands": "all"},
        {"supported_commands": [None, 7, {"name": 7, "enabled": True}]},
        {"supported_commands": [{"name": "guest-exec", "enabled": "yes"}]},
    ],
)
def test_nonsense_can_nothing(answer):
    abilities = understood(answer)
    assert not any(ability in abilities for ability in NEEDED)
    assert abilities.version == ""


def test_what_is_too_much_or_no_text_is_cut():
    abilities = says([f"guest-{number}" for number in range(1000)], version="<b>" + "x" * 500)
    assert len(abilities.commands) == 500
    assert len(abilities.version) == 80
    assert "<b>" not in abilities._repr_html_()
