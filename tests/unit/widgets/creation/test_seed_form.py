"""A seed is typed into a form, seen before it is made, and its password travels once."""

import dataclasses

import pytest
from a_manager import wait_for

from qvirt_jupyter.provision import CloudNetwork
from qvirt_jupyter.widgets.creation.seed_draft import SeedDraft
from qvirt_jupyter.widgets.creation.seed_form import SeedForm

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh anna@desk"
HORSE = "correct horse"


@pytest.fixture
def a_form():
    made = []
    form = SeedForm(made.append, draft=SeedDraft())
    form.made = made
    return form


def test_a_wizard_has_its_buttons_in_the_row_of_the_form():
    pressed = []
    form = SeedForm(print, draft=SeedDraft(), on_press=pressed.append)
    first, last = form.shown["buttons"], form.shown["lastButtons"]
    assert [each["id"] for each in (*first, *last)] == ["back", "skip", "close"]
    assert form.strings["submit"] == "Next"
    for button in ("back", "anything"):
        form.press(button)
    assert wait_for(lambda: pressed == ["back"])
    assert "buttons" not in SeedForm(print, draft=SeedDraft()).shown


def field(form, name):
    return next(each for each in form.shown["fields"] if each["name"] == name)


def test_what_is_typed_becomes_a_seed(a_form):
    for name, text in {
        "host_name": " web ",
        "user": "anna",
        "ssh_keys": f"{KEY}\n\n",
        "network": "static",
        "addresses": "192.0.2.5/24, 2001:db8::5/64",
        "gateway": "192.0.2.1",
        "name_servers": "192.0.2.1",
        "packages": "nginx\n curl \n",
        "commands": "echo 'a  b'\n",
        "user_data": "swap: {size: 1G}\n",
    }.items():
        a_form.edit(name, text)
    assert a_form.submit({"password": HORSE}), a_form.shown["problem"]
    (seed,) = a_form.made
    assert (seed.user, seed.password, seed.ssh_keys) == ("anna", HORSE, (KEY,))
    assert seed.host_name == "web"
    assert seed.packages == ("nginx", "curl")
    assert seed.commands == ("echo 'a  b'",)
    assert seed.network == CloudNetwork(
        addresses=("192.0.2.5/24", "2001:db8::5/64"),
        gateway="192.0.2.1",
        name_servers=("192.0.2.1",),
    )
    assert "swap" in seed.files()["user-data"]


def test_the_password_is_in_no_state(a_form):
    a_form.edit("user", "anna")
    assert a_form.submit({"password": HORSE})
    assert HORSE not in repr(a_form.shown)
    assert HORSE not in repr(a_form.made)


def test_what_the_guest_gets_is_seen(a_form):
    a_form.edit("user", "anna")
    a_form.edit("network", "dhcp")
    note = a_form.shown["note"]
    assert "# user-data\n#cloud-config\nusers:\n- name: anna" in note["text"]
    assert "# network-config\nversion: 2" in note["text"]


def test_a_strange_name_is_warned_of(a_form):
    a_form.edit("user", "Anna Blume")
    assert "Most systems refuse" in a_form.shown["note"]["help"]
    assert a_form.submit()


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("host_name", "not a name", "A host name has letters"),
        ("ssh_keys", f"{KEY}\nhello", "Line 2: This is no public SSH key"),
        ("user_data", "a: 1\na: 2\n", "Line 2: a stands here a second time"),
        ("user_data", "#!/bin/sh", "This is a script"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(a_form, name, text, error):
    a_form.edit(name, text)
    assert error in field(a_form, name)["error"]
    assert field(a_form, name)["value"] == text, "it stays to be mended"
    assert not a_form.submit()
    assert not a_form.made


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"user": "anna", "user_data": "users: [{name: anna}]"}, "says otherwise about the user"),
        ({"network": "static", "addresses": "192.0.2.5"}, "how large its network is"),
        ({"network": "static"}, "Give an address"),
    ],
)
def test_what_does_not_fit_together_is_said_below(a_form, typed, problem):
    for name, text in typed.items():
        a_form.edit(name, text)
    assert not a_form.submit()
    assert problem in a_form.shown["problem"]


def test_fields_of_a_fixed_address_come_with_it(a_form):
    assert not field(a_form, "gateway")["shown"]
    a_form.edit("network", "static")
    assert field(a_form, "gateway")["shown"]


def test_the_draft_begins_with_the_users_own_keys(tmp_path, monkeypatch):
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id.pub").write_text(f"{KEY}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert SeedDraft.suggested("web").ssh_keys == KEY
    assert SeedDraft.suggested("web").host_name == "web"
    assert SeedDraft.suggested("my web").host_name == ""


def test_a_seed_can_be_changed_and_keeps_its_password(a_form):
    for name, text in {
        "user": "anna",
        "network": "static",
        "addresses": "192.0.2.5/24",
        "packages": "nginx\ncurl",
        "user_data": "swap: {size: 1G}",
    }.items():
        a_form.edit(name, text)
    assert a_form.submit({"password": HORSE})
    (seed,) = a_form.made
    again = SeedForm(a_form.made.append, draft=SeedDraft.of(seed))
    assert HORSE not in repr(again.shown)
    assert HORSE not in repr(SeedDraft.of(seed))
    again.edit("host_name", "web")
    assert again.submit({"password": ""})
    assert a_form.made[1] == dataclasses.replace(seed, host_name="web")
