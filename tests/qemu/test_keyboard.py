"""Texts typed into a real guest whose console has the keymap of a country.

The keymaps are those of Debian's console-data, which nobody here made: what our layouts say must
agree with them.
"""

from __future__ import annotations

import time

import pytest
from inside_a_guest import log_in_at_the_screen, run_inside

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.provision import PackagesMissing, tiny_guest

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

BOOT = 240
"""Seconds for a guest without hardware help on a busy machine."""
ASCII = "The quick (brown) fox: [jumps] {over} <the> lazy dog; \"1234567890\" 'ok' !#$%&*+,-./=?@\\_`^|~"


@pytest.fixture(scope="module")
def a_guest(a_qemu_connection_of_the_module):
    """A guest with keymaps, in which somebody is logged in at the first console."""
    try:
        built = tiny_guest(disk=None, extra=("kbd", "console-data"))
    except PackagesMissing as error:
        pytest.skip(str(error))
    guest = built.define(a_qemu_connection_of_the_module, "keys", accelerator="tcg")
    try:
        guest.start()
        until(lambda: is_agent_connected(parse_xml(guest.xml())), "an agent", BOOT)
        log_in_at_the_screen(guest)
        yield guest
    finally:
        if guest.is_active:
            guest.destroy()
        guest.undefine()


def until(condition, what, seconds=180):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {seconds} seconds"
        time.sleep(0.3)


def typed(guest, text, keymap, layout):
    """Return what a program in the guest gets when the text is typed."""
    guest.type("cat > /tmp/typed; touch /tmp/done\n")
    until(lambda: "typed" in run_inside(guest, "ls /tmp"), "the program")
    run_inside(guest, f"loadkeys -C /dev/tty1 {keymap}; kbd_mode -u -C /dev/tty1")
    guest.type(f"{text}\n", layout=layout)
    guest.keys("ctrl-d", layout=layout)
    until(lambda: "done" in run_inside(guest, "ls /tmp"), "the program")
    return run_inside(guest, "loadkeys -C /dev/tty1 us; cat /tmp/typed; rm /tmp/typed /tmp/done")


@pytest.mark.parametrize(
    ("keymap", "layout", "more"),
    [
        ("us", "us", ""),
        ("uk", "gb", " £"),
        ("de-latin1-nodeadkeys", "de-nodeadkeys", " Zürich ÄÖÜß § ²"),
        ("fr-latin9", "fr", " ça déjà où ê ô ë Ü Â"),
        ("es", "es", " niño ¿qué? Ü"),
    ],
)
def test_what_is_typed_arrives(a_guest, keymap, layout, more):
    assert typed(a_guest, ASCII + more, keymap, layout).strip("\n") == ASCII + more


def test_dead_keys_of_a_german_keyboard(a_guest):
    # Its tilde is a dead key in this keymap, and none in X.
    text = "Straße nach Zürich: é è ê Â ^x `x ^"
    assert typed(a_guest, text, "de-latin1", "de").strip("\n") == text


def test_key_combinations_reach_the_guest(a_guest):
    a_guest.keys("ctrl-alt-f2")
    until(lambda: run_inside(a_guest, "fgconsole -C /dev/tty1").strip() == "2", "console 2")
    a_guest.keys("alt-left")
    until(lambda: run_inside(a_guest, "fgconsole -C /dev/tty1").strip() == "1", "console 1")
    a_guest.type("sleep 600; touch /tmp/stopped\n")
    until(lambda: "sleep 600" in run_inside(a_guest, "ps"), "the sleeper")
    a_guest.keys("ctrl-c", "Ctrl+U")
    until(lambda: "sleep 600" not in run_inside(a_guest, "ps"), "the sleeper")
