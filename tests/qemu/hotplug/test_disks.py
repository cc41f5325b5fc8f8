"""Disks and CDs of a running guest: what it sees, and what its machine keeps."""

from __future__ import annotations

import contextlib

import pytest
from a_fresh_store import make_fresh
from a_guest_with_room import LONG, MIB, disk, edited, when_of
from a_manager import wait_for
from a_rich_machine import details_of, press, say
from inside_a_guest import run_inside

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import InvalidDefinition, QvirtError, WrongState, action_log
from qvirt_jupyter.hypervisor.storage.disk_growth import grow_disk, growth_of
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.preferences import preferences

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]


def both(guest):
    """Return the running definition and the stored one."""
    return guest.document(), guest.document(inactive=True)


def test_a_disk_comes_grows_and_goes(a_guest, an_image, wait_until):
    result = a_guest.attach(disk(an_image))
    assert when_of(result) == {"devices/disk[vdb]": "now"}
    running, stored = both(a_guest)
    # The guest finds it at the same place after its next start.
    assert str(stored.devices.disks["vdb"].address) == str(running.devices.disks["vdb"].address)
    size = "cat /sys/block/vdb/size"
    wait_until(lambda: run_inside(a_guest, size).strip() == str(8 * MIB // 512), LONG)
    a_guest.resize_disk("vdb", 16 * MIB)
    wait_until(lambda: run_inside(a_guest, size).strip() == str(16 * MIB // 512), LONG)
    with pytest.raises(InvalidDefinition, match="would be lost"):
        a_guest.resize_disk("vdb", MIB)
    a_guest.detach(stored.devices.disks["vdb"])
    wait_until(lambda: "vdb" not in a_guest.document().devices.disks, LONG)
    assert "vdb" not in a_guest.document(inactive=True).devices.disks
    wait_until(lambda: "vdb" not in run_inside(a_guest, "ls /sys/block"), LONG)
    wait_until(lambda: a_guest.record.unplugs == (), LONG)


def grow_in(panel, tab, size):
    """Press "Resize…" on the page in front, answer with a size, and return the question."""
    press(tab, "resize")
    assert wait_for(lambda: panel._questions.questions, LONG)
    ((key, question),) = panel._questions.questions
    board = next(
        child for child in panel.children if getattr(child, "_board", 0) is panel._questions
    )
    say(board, type="answer", id=key, button="yes", values={"size": size}, remember=False)
    return question


def capacity_on(tab):
    return {each["label"]: each["value"] for each in tab._view.shown["facts"]}.get("Capacity")


def page_of_disk(tab, name):
    """Bring the page of the disk to the front whose line names an image."""
    assert wait_for(lambda: name in str(tab._tree.shown), LONG)
    found = [each for group in tab._tree.shown["groups"] for each in group["entries"]]
    (key,) = [each["id"] for each in found if name in each["summary"]]
    say(tab._tree, type="select", id=key)
    assert wait_for(lambda: tab._view.shown["key"] == key and capacity_on(tab), LONG)


def test_a_running_disk_grows_on_its_page(a_guest, an_image, wait_until, monkeypatch):
    make_fresh(monkeypatch, preferences)
    a_guest.attach(disk(an_image))
    panel = vm_panel(a_guest)
    try:
        assert wait_for(lambda: panel._record, LONG)
        tab = details_of(panel)
        page_of_disk(tab, an_image.name)
        assert capacity_on(tab) == "8 MiB"
        question = grow_in(panel, tab, "4 MiB")
        assert "The running guest has the new size at once." in str(question.text)
        question = grow_in(panel, tab, "1")
        assert wait_for(lambda: capacity_on(tab) == "1 GiB", LONG)
        assert wait_for(lambda: "have to be grown there" in str(tab._view.shown["said"]), LONG)
        size = "cat /sys/block/vdb/size"
        wait_until(lambda: run_inside(a_guest, size).strip() == str(1024 * MIB // 512), LONG)
        assert f"resize_disk('vdb', {1024 * MIB})" in action_log.entries[-1].code
    finally:
        panel.close()
        a_guest.detach(a_guest.document().devices.disks["vdb"])
    wait_until(lambda: "vdb" not in a_guest.document().devices.disks, LONG)


def test_a_disk_of_a_machine_that_is_off_grows_in_its_pool(
    a_qemu_connection_of_the_module, a_folder
):
    connection = a_qemu_connection_of_the_module
    folder = a_folder / "growing"
    folder.mkdir()
    pool = connection.storage_pools.create(
        f"<pool type='dir'><name>growing</name><target><path>{folder}</path></target></pool>"
    )
    guest = None
    try:
        volume = pool.create_volume("off.qcow2", 8 * MIB, format="qcow2")
        guest = connection.domains.define(
            "<domain type='qemu'><name>off</name><memory>65536</memory>"
            "<os><type>hvm</type></os><devices>"
            f"<disk type='file'><driver name='qemu' type='qcow2'/><source file='{volume.path}'/>"
            "<target dev='vda' bus='virtio'/></disk></devices></domain>"
        )
        found = growth_of(guest, "vda", users=True)
        assert (found.capacity, found.reason, found.is_active) == (8 * MIB, "", False)
        grow_disk(guest, "vda", 16 * MIB)
        assert growth_of(guest, "vda").capacity == volume.record.capacity == 16 * MIB
        with pytest.raises(InvalidDefinition, match="would lose"):
            grow_disk(guest, "vda", 8 * MIB)
        pool.volumes.create(
            documents.StorageVolume.overlay(
                "top.qcow2", path=volume.path, format="qcow2", capacity=16 * MIB
            )
        )
        with pytest.raises(WrongState, match=r"top\.qcow2"):
            grow_disk(guest, "vda", 32 * MIB)
        assert volume.record.capacity == 16 * MIB
    finally:
        if guest is not None:
            guest.undefine()
        for each in pool.volumes:
            each.delete()
        pool.stop()


def test_a_cd_is_put_in_changed_and_ejected(a_guest, a_folder, wait_until):
    def put(name):
        def change(definition):
            definition.devices.disks["sda"].source.file = str(a_folder / name) if name else None

        return change

    size = "dd if=/dev/sr0 of=/dev/null count=1 2>/dev/null; cat /sys/block/sr0/size"
    for name, blocks in (("one.iso", "2048"), ("two.iso", "4096")):
        assert set(when_of(edited(a_guest, put(name))).values()) == {"now"}
        wait_until(lambda blocks=blocks: run_inside(a_guest, size).strip() == blocks, LONG)
        assert a_guest.pending_changes == ()
    assert set(when_of(edited(a_guest, put(None))).values()) == {"now"}
    assert a_guest.document().devices.disks["sda"].source.file is None
    # What is stored stays stored where the running machine refuses it.
    result = edited(a_guest, put("three.iso"))
    assert set(when_of(result).values()) == {"next_boot"}
    assert "three.iso" in result.effects[0].reason
    a_guest.revert(a_guest.pending_changes[0])


def test_a_tray_that_the_guest_has_locked_is_opened_by_force(a_guest, a_folder, wait_until):
    def put(name):
        def change(definition):
            definition.devices.disks["sda"].source.file = str(a_folder / name) if name else None

        return change

    edited(a_guest, put("one.iso"))
    # Linux locks the tray as long as somebody reads.
    reader = run_inside(
        a_guest,
        "i=0; until head -c1 /dev/sr0 >/dev/null 2>&1; do sleep 1; done; "
        "sleep 3600 </dev/sr0 >/dev/null 2>&1 & "
        'until [ "$(readlink /proc/$!/fd/0)" = /dev/sr0 ]; do sleep 0.1; done; echo $!',
        LONG,
    ).strip()
    try:
        result = edited(a_guest, put(None))
        (effect,) = result.at_next_start
        assert effect.can_be_forced
        assert "has locked it" in effect.reason
        assert a_guest.document().devices.disks["sda"].source.file == str(a_folder / "one.iso")
        # It is marked until it is done or taken back.
        assert [change.path for change in a_guest.pending_changes] == ["devices/disk[sda]/source"]
        stored = a_guest.document(inactive=True).devices.disks["sda"]
        (refused,) = a_guest.update(stored).effects
        assert (refused.when, refused.can_be_forced) == ("next_boot", True)
        (forced,) = a_guest.update(stored, force=True).effects
        assert forced.when == "now"
        assert a_guest.document().devices.disks["sda"].source.file is None
    finally:
        run_inside(a_guest, f"kill {reader}")
    wait_until(lambda: set(when_of(edited(a_guest, put("two.iso"))).values()) == {"now"}, LONG)
    edited(a_guest, put(None))


def test_a_guest_that_does_not_answer_makes_it_pending(a_guest, an_image, wait_until):
    a_guest.attach(disk(an_image))
    a_guest.suspend()
    try:
        result = a_guest.detach(a_guest.document().devices.disks["vdb"])
        (effect,) = result.pending
        assert effect.path == "devices/disk[vdb]"
        assert "has not answered" in effect.reason
        (unplug,) = a_guest.record.unplugs
        assert (unplug.path, unplug.refused) == ("devices/disk[vdb]", False)
        assert "vdb" not in a_guest.document(inactive=True).devices.disks
        # It may be asked again: now it is in the running machine only.
        assert a_guest.detach(a_guest.document().devices.disks["vdb"]).pending
    finally:
        a_guest.resume()
    wait_until(lambda: a_guest.record.unplugs == (), LONG)
    assert "vdb" not in a_guest.document().devices.disks


def test_the_file_of_a_disk_goes_when_the_guest_has_let_go_of_it_not_before(
    a_guest, a_folder, an_image, monkeypatch
):
    make_fresh(monkeypatch, preferences)
    connection = a_guest.connection
    pool = connection.storage_pools.create(
        f"<pool type='dir'><name>images</name><target><path>{a_folder}</path></target></pool>",
        build=False,
    )
    a_guest.attach(disk(an_image))
    panel = vm_panel(a_guest)
    try:
        assert wait_for(lambda: panel._record, LONG)
        tab = details_of(panel)
        assert wait_for(lambda: an_image.name in str(tab._tree.shown), LONG)
        a_guest.suspend()
        entries = [entry for group in tab._tree.shown["groups"] for entry in group["entries"]]
        (asked,) = [entry["id"] for entry in entries if an_image.name in str(entry)]
        say(tab._tree, type="remove", id=asked)
        assert wait_for(lambda: panel._questions.questions, LONG)
        ((key, question),) = panel._questions.questions
        assert not str(question.fields[0].reason)
        board = next(
            child for child in panel.children if getattr(child, "_board", 0) is panel._questions
        )
        say(board, type="answer", id=key, button="yes", values={"delete": "true"}, remember=False)
        # The guest was asked and does not answer: it may still write.
        assert wait_for(lambda: a_guest.record.unplugs, LONG)
        assert wait_for(lambda: asked in tab._removal.unplugging, LONG)
        assert an_image.exists()
        a_guest.resume()
        assert wait_for(lambda: not an_image.exists(), LONG)
        assert wait_for(lambda: a_guest.record.unplugs == (), LONG)
    finally:
        with contextlib.suppress(QvirtError):
            a_guest.resume()
        panel.close()
        pool.stop()
        pool.delete()


def test_an_answer_that_comes_while_libvirtd_is_away_is_found(
    a_guest, an_image, a_qemu_libvirtd, wait_until
):
    connection = a_guest.connection
    a_guest.attach(disk(an_image))
    a_guest.suspend()
    a_guest.detach(a_guest.document().devices.disks["vdb"])
    assert a_guest.record.unplugs
    a_qemu_libvirtd.kill()
    a_qemu_libvirtd.start()
    wait_until(lambda: connection.is_connected, LONG)
    a_guest.resume()
    wait_until(lambda: a_guest.record.unplugs == (), LONG)
    assert "vdb" not in a_guest.document().devices.disks
    # The connection that came back takes edits.
    edited(a_guest, lambda d: setattr(d, "description", "after"))
    assert a_guest.description == "after"
