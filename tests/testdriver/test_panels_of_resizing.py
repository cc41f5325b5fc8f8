"""The button that makes a disk larger, on libvirt's test driver: where it is, and what it refuses."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import define_rich, details_of, go_to, press, say
from a_world_of_devices import write_world

from qvirt_jupyter.hypervisor import WrongState, connect
from qvirt_jupyter.hypervisor.storage.disk_growth import grow_disk, growth_of
from qvirt_jupyter.widgets import shell, vm_panel
from qvirt_jupyter.widgets.preferences import preferences

GIB = 1024**3
OVERLAY = (
    "<volume><name>top.qcow2</name><capacity unit='GiB'>20</capacity>"
    "<target><format type='qcow2'/></target>"
    "<backingStore><path>/lab/rich/web.qcow2</path><format type='qcow2'/></backingStore></volume>"
)


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def a_pool(a_connection):
    pool = a_connection.storage_pools.create(
        "<pool type='dir'><name>rich</name><target><path>/lab/rich</path></target></pool>",
        build=False,
    )
    pool.create_volume("web.qcow2", 20 * GIB)
    return pool


@pytest.fixture
def a_panel(a_connection):
    panel = vm_panel(define_rich(a_connection))
    assert wait_for(lambda: panel._record)
    yield panel
    panel.close()


@pytest.fixture
def a_tab(a_panel):
    return details_of(a_panel)


def resize_button(tab):
    return next((one for one in tab._view.shown["buttons"] if one["id"] == "resize"), None)


def facts(tab):
    return {fact["label"]: fact["value"] for fact in tab._view.shown["facts"]}


def answer(panel, size):
    """Answer the question that waits, and return it."""
    ((key, question),) = wait_for(lambda: panel._questions.questions)
    view = next(
        child for child in panel.children if getattr(child, "_board", 0) is panel._questions
    )
    say(view, type="answer", id=key, button="yes", values={"size": size}, remember=False)
    return question


def test_a_size_is_asked_for_and_what_would_lose_data_is_refused(a_pool, a_panel, a_tab):
    go_to(a_tab, "VirtIO disk 1")
    assert wait_for(lambda: resize_button(a_tab))
    assert resize_button(a_tab)["reason"] == ""
    assert facts(a_tab)["Capacity"] == "20 GiB"
    assert "Free in the pool rich" in facts(a_tab)
    press(a_tab, "resize")
    question = answer(a_panel, "10")
    assert question.fields[0].value == "20"
    for said in ("Capacity: 20 GiB", "Free in the pool rich: ", "file systems in the guest"):
        assert said in str(question.text)
    for typed, said in (("much", "beyond the end would be lost"), ("99999", "is no size")):
        question = answer(a_panel, typed)
        assert said in str(question.text)
    # What was typed stands there still, and a size that the pool cannot hold is asked about.
    ((_key, question),) = wait_for(lambda: a_panel._questions.questions)
    assert question.fields[0].value == "99999"
    assert "when the pool is full" in str(question.text)
    assert a_pool.volumes["web.qcow2"].record.capacity == 20 * GIB


@pytest.mark.usefixtures("a_pool")
def test_the_pool_of_a_disk_is_a_press_away(a_tab, monkeypatch):
    opened = []
    monkeypatch.setattr(shell, "_send", opened.append)
    go_to(a_tab, "VirtIO disk 1")
    assert wait_for(lambda: resize_button(a_tab))
    press(a_tab, "storage")
    assert wait_for(lambda: opened)
    assert (opened[0]["kind"], opened[0]["arguments"]["section"]) == ("host", "storage")


@pytest.mark.usefixtures("a_pool")
def test_another_page_asks_no_more(a_panel, a_tab):
    go_to(a_tab, "VirtIO disk 1")
    assert wait_for(lambda: resize_button(a_tab))
    press(a_tab, "resize")
    assert wait_for(lambda: a_panel._questions.questions)
    go_to(a_tab, "Memory")
    assert a_panel._questions.questions == ()


def test_what_cannot_grow_says_why(a_tab):
    go_to(a_tab, "SATA CD-ROM 1")
    assert wait_for(lambda: resize_button(a_tab))
    assert "drive" in resize_button(a_tab)["reason"]
    # A file that no pool has grows while its machine runs only.
    go_to(a_tab, "VirtIO disk 1")
    assert wait_for(lambda: resize_button(a_tab))
    assert "no storage pool that is on" in resize_button(a_tab)["reason"]
    go_to(a_tab, "Memory")
    assert resize_button(a_tab) is None


def test_an_image_that_others_build_on_keeps_its_size(a_pool, a_tab, a_connection):
    a_pool.volumes.create(OVERLAY)
    go_to(a_tab, "VirtIO disk 1")
    assert wait_for(lambda: resize_button(a_tab))
    assert "/lab/rich/top.qcow2" in resize_button(a_tab)["reason"]
    with pytest.raises(WrongState, match=r"top\.qcow2"):
        grow_disk(a_connection.domains["web"], "vda", 30 * GIB)


@pytest.mark.usefixtures("a_pool")
def test_an_image_that_a_running_machine_uses_keeps_its_size(a_connection):
    domain = define_rich(a_connection)
    other = a_connection.domains.define(
        "<domain type='test'><name>other</name><memory>1024</memory><os><type>hvm</type></os>"
        "<devices><disk type='file'><source file='/lab/rich/web.qcow2'/>"
        "<target dev='vda'/></disk></devices></domain>"
    )
    assert growth_of(domain, "vda", users=True).reason == ""
    other.start()
    assert "other" in growth_of(domain, "vda", users=True).reason


@pytest.mark.usefixtures("a_pool")
def test_a_disk_that_only_the_next_start_has_does_not_grow(a_connection):
    domain = define_rich(a_connection, start=True)
    assert "does not have it yet" in growth_of(domain, "vdz").reason
    domain.managed_save()
    assert "saved state" in growth_of(domain, "vda").reason


@pytest.mark.parametrize(
    ("disk", "said"),
    [
        ("type='file'><source file='/lab/rich/web.qcow2'/><readonly/", "read-only"),
        ("type='block'><source dev='/dev/lab/web'/", "device of the host"),
        ("type='dir'><source dir='/lab/rich'/", "no image and no volume"),
        ("type='file' device='floppy'><source file='/lab/rich/a.img'/", "keeps its size"),
    ],
)
@pytest.mark.usefixtures("a_pool")
def test_what_a_disk_is_may_keep_its_size(a_connection, disk, said):
    target = "fda" if "floppy" in disk else "vda"
    domain = a_connection.domains.define(
        "<domain type='test'><name>odd</name><memory>1024</memory><os><type>hvm</type></os>"
        f"<devices><disk {disk}><target dev='{target}'/></disk></devices></domain>"
    )
    assert said in growth_of(domain, target).reason


def test_who_may_only_look_resizes_nothing(tmp_path):
    with connect(f"test://{write_world(tmp_path)}", read_only=True) as connection:
        found = growth_of(connection.domains["web"], "vda")
    assert (found.capacity, found.reason) == (20 * GIB, "The connection is read-only.")
