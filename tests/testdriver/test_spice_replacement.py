"""SPICE is replaced by VNC: what that changes, said before it is done."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import EditConflict, NotFound

MACHINE = """<domain type='test'><name>web</name><memory>1024</memory>
<os><type arch='x86_64'>hvm</type></os><devices>{devices}</devices></domain>"""
WORDS = "correct horse"
SPICE = f"""<graphics type='spice' autoport='yes' passwd='{WORDS}'>
<listen type='address' address='192.0.2.7'/><image compression='off'/></graphics>"""
COMPANIONS = """<controller type='usb' index='0' model='ich9-ehci1'/><channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
<redirdev bus='usb' type='spicevmc'/><audio id='1' type='spice'/>
<sound model='ich6'><audio id='1'/></sound>
<video><model type='qxl' ram='65536' vram='65536' vgamem='16384' heads='1'/></video>"""


@pytest.fixture
def define(a_connection):
    """A function that defines a machine with devices."""
    return lambda devices: a_connection.domains.define(MACHINE.format(devices=devices))


def test_all_that_is_of_spice_goes_and_the_rest_stays(define):
    machine = define(SPICE + COMPANIONS)
    plan = machine.spice_replacement()
    # Nothing is written yet.
    assert [display.type for display in machine.displays()] == ["spice"]
    assert WORDS not in repr(plan)
    assert "-<graphics type='spice'" in plan.xml_diff.replace("    ", "")
    notes = " ".join(map(str, plan.notes))
    assert "first 8 characters of the password" in notes
    for name in ("SPICE agent", "USB redirection", "Audio backend"):
        assert name in notes
    assert "becomes VirtIO" in notes
    result = plan.apply()
    assert not result.waits_for_start
    after = machine.document(inactive=True, secure=True)
    (display,) = after.devices.graphics
    assert (display.type, display.listens[0].where) == ("vnc", "192.0.2.7")
    assert display.source.password == WORDS
    assert [video.model for video in after.devices.videos] == ["virtio"]
    for gone in ("spicevmc", "redirdev", "type='spice'", "qxl", "<image"):
        assert gone not in str(after), gone
    assert [sound.audio for sound in after.devices.sounds] == [None]
    machine.undo_edit()
    assert [display.type for display in machine.displays()] == ["spice"]


def test_a_machine_with_both_loses_spice_only(define):
    vnc = "<graphics type='vnc' autoport='yes'/>"
    machine = define(vnc + SPICE + COMPANIONS)
    plan = machine.spice_replacement()
    assert "has a VNC display already" in str(plan.notes[0])
    assert "SPICE agent" in str(plan.notes[1])
    assert "keeps its sound card" in str(plan.notes[2])
    plan.apply()
    after = machine.document(inactive=True)
    assert [display.type for display in after.devices.graphics] == ["vnc"]
    assert [each.model for each in after.devices.videos] == ["virtio"]
    for gone in ("spicevmc", "redirdev", "type='spice'", "qxl"):
        assert gone not in str(after), gone


def test_a_video_card_that_suits_vnc_stays_and_no_sound_card_is_spoken_of(define):
    backend = "<audio id='1' type='spice'/>"
    machine = define(SPICE + backend + "<video><model type='vga'/></video>")
    plan = machine.spice_replacement()
    assert "sound card" not in " ".join(map(str, plan.notes))
    plan.apply()
    after = machine.document(inactive=True)
    assert [each.model for each in after.devices.videos] == ["vga"]


def test_only_what_changes_is_shown(a_connection):
    metadata = '<metadata><x:y xmlns:x="urn:x" z="1"/></metadata><os>'
    text = MACHINE.format(devices=SPICE).replace("<os>", metadata)
    plan = a_connection.domains.define(text).spice_replacement()
    changed = [line for line in plan.xml_diff.splitlines() if line[0] in "+-"]
    assert changed
    assert not [line for line in changed if "urn:x" in line]


def test_a_running_machine_keeps_spice_until_its_next_start(define):
    machine = define(SPICE)
    machine.start()
    plan = machine.spice_replacement()
    assert "from the next start" in str(plan.when)
    assert plan.apply().waits_for_start
    assert [display.type for display in machine.displays()] == ["spice"]
    machine.destroy()
    machine.start()
    assert [display.type for display in machine.displays()] == ["vnc"]


def test_who_changed_it_meanwhile_is_not_overwritten(define):
    machine = define(SPICE)
    plan = machine.spice_replacement()
    with machine.edit() as definition:
        definition.memory = 2 * definition.memory
    with pytest.raises(EditConflict):
        plan.apply()
    assert [display.type for display in machine.displays()] == ["spice"]


def test_a_machine_without_spice(define):
    with pytest.raises(NotFound, match="no SPICE display"):
        define("<graphics type='vnc'/>").spice_replacement()
