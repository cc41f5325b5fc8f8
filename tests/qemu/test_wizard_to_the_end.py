"""The wizard's rarer ways on real libvirt, from the first page to a machine that runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import a_libvirtd
import pytest
from a_file_server import an_http_server
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_wizard import Wizard
from an_iso import an_iso

from qvirt_jupyter.documents import StoragePool
from qvirt_jupyter.hypervisor import DomainState, QvirtError, connect
from qvirt_jupyter.provision import tiny_guest
from qvirt_jupyter.widgets import shell
from qvirt_jupyter.widgets.connections.saved_connections import saved_connections
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.recent_media import recent_media, recent_trees

pytestmark = [pytest.mark.qemu, pytest.mark.timeout(1200)]
IMAGES = "/current/images/"
NETBOOT = f"{IMAGES}netboot/debian-installer/amd64/"
NAME = "new-by-wizard"
PATIENCE = 120


@pytest.fixture(autouse=True)
def _a_user_without_a_past(monkeypatch):
    for store in (preferences, saved_connections, recent_media, recent_trees):
        make_fresh(monkeypatch, store)


@pytest.fixture
def opened(monkeypatch):
    """What is asked of JupyterLab."""
    asked = []
    monkeypatch.setattr(shell, "_send", asked.append)
    return asked


@pytest.fixture
def a_shelf(a_qemu_connection, tmp_path):
    """A pool of the test's own; the machine that was made with it is gone afterwards."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for each in (folder, *folder.parents[:3]):
        each.chmod(0o777)
    definition = StoragePool(type="dir", name="shelf", path=str(folder))
    pool = a_qemu_connection.storage_pools.define(definition)
    pool.start()
    yield pool
    forget(a_qemu_connection)
    pool.stop()
    pool.delete()


def forget(connection):
    if NAME in connection.domains:
        machine = connection.domains[NAME]
        if machine.is_active:
            machine.destroy()
        machine.undefine()


@pytest.fixture
def a_wizard(a_qemu_connection, a_shelf):  # noqa: ARG001 - its disks go there
    wizard = Wizard(a_qemu_connection.uri)
    yield wizard
    wizard.panel.close()


def go_to(wizard, page):
    """Go on to a page, with as little as the machine needs on those before it."""
    while wizard.state["page"] != page:
        before = wizard.state["page"]
        if before == "medium" and not wizard.state["systems"]["chosen"]:
            wizard.choose_system("generic")
        elif before == "resources":
            wizard.type("memory", "192")
        elif before == "storage":
            wizard.type("size", "1")
            wizard.type("pool", "shelf")
        elif before == "network":
            wizard.type("network", "user")
        wizard.press("next")
        assert wait_for(lambda before=before: wizard.state["page"] != before, PATIENCE), (
            wizard.state
        )


def make(wizard, opened):
    """Make the machine and return it; its tab was asked for."""
    go_to(wizard, "summary")
    wizard.type("name", NAME)
    wizard.press("create")
    assert wait_for(lambda: opened or (wizard.state["run"] or {}).get("problem"), PATIENCE)
    run = wizard.state["run"]
    assert opened, (run["problem"], run["details"])
    machine = wizard.panel._connection.domains[NAME]
    assert opened[0]["action"] == "open"
    assert opened[0]["arguments"]["uuid"] == machine.uuid
    return machine


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (40 * 1024, "is cut off: 40 KiB of its"),
        (33 * 1024, "is not an ISO image. Choose another file, or download this one again."),
    ],
)
def test_a_medium_that_is_not_whole_is_said_at_its_field(a_wizard, a_shelf, length, said):
    medium = an_iso(Path(a_shelf.record.path), {"id": "installer", "bootable": True})
    medium.chmod(0o644)
    whole = medium.read_bytes()
    go_to(a_wizard, "medium")
    a_wizard.type("media", str(medium))
    a_wizard.choose_system("generic")
    medium.write_bytes(whole[:length])
    a_wizard.press("next")
    assert wait_for(lambda: said in a_wizard.field("media")["error"], PATIENCE), a_wizard.state
    assert a_wizard.state["page"] == "medium"
    assert a_wizard.field("media")["waive"] == "Use it all the same"
    # Downloaded again.
    medium.write_bytes(whole)
    go_to(a_wizard, "resources")
    a_wizard.press("back")
    medium.write_bytes(whole[:length])
    a_wizard.press("next")
    assert wait_for(lambda: a_wizard.field("media")["error"], PATIENCE)
    a_wizard.say(type="mend", name="media", waives=True)
    assert wait_for(lambda: not a_wizard.field("media")["error"], PATIENCE)
    go_to(a_wizard, "resources")


def test_a_tree_of_a_server(a_wizard, opened):
    guest = tiny_guest()
    files = {
        f"{IMAGES}MANIFEST": b"netboot/debian-installer/amd64/linux -- kernel image for netboot\n",
        f"{NETBOOT}linux": guest.kernel,
        f"{NETBOOT}initrd.gz": guest.initramfs,
    }
    with an_http_server(files) as server:
        a_wizard.say(type="kind", id="tree")
        go_to(a_wizard, "medium")
        a_wizard.type("url", server.url)
        a_wizard.type("arguments", "console=ttyS0")
        assert wait_for(lambda: not a_wizard.state["systems"]["busy"], PATIENCE)
        machine = make(a_wizard, opened)
    assert machine.state is DomainState.RUNNING
    assert machine.document().os.arguments == "console=ttyS0"
    assert machine.document(inactive=True).os.kernel is None, "the next start is from the disk"
    assert recent_trees.of("") == (server.url,)


def test_the_network(a_wizard, opened):
    a_wizard.say(type="kind", id="network")
    machine = make(a_wizard, opened)
    assert machine.state is DomainState.RUNNING
    assert [each.device for each in machine.document().os.boot] == ["network", "hd"]


def test_a_cloud_image_with_its_seed(a_wizard, opened, tmp_path, a_shelf):
    image = tmp_path / "debian-12-generic.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", image, "16M"], check=True)
    image.chmod(0o666)
    a_wizard.say(type="kind", id="cloud")
    go_to(a_wizard, "medium")
    a_wizard.type("image", str(image))
    assert wait_for(lambda: not a_wizard.state["systems"]["busy"], PATIENCE)
    go_to(a_wizard, "seed")
    assert wait_for(lambda: a_wizard.panel._extra.children)
    (form,) = a_wizard.panel._extra.children
    form.edit("user", "anna")
    assert form.submit({"password": "c0rrect horse"})
    assert wait_for(lambda: a_wizard.state["page"] == "resources")
    machine = make(a_wizard, opened)
    assert machine.state is DomainState.RUNNING
    disks = machine.document().devices.disks
    assert {disk.path for disk in disks} == {volume.path for volume in a_shelf.volumes}
    assert len(disks) == 2, "the copy and the seed"


def test_a_container(opened):
    if reason := a_libvirtd.missing(system=True):
        pytest.skip(reason)
    if not shutil.which("busybox"):
        pytest.skip("busybox is not installed")
    daemon = a_libvirtd.a_system(containers=True)
    try:
        try:
            connection = connect(daemon.uri.replace("qemu+unix", "lxc+unix"))
        except QvirtError as error:
            pytest.skip(f"libvirt has no driver for containers here: {error}")
        wizard = Wizard(connection.uri)
        try:
            assert [way["id"] for way in wizard.state["ways"]] == ["application", "container"]
            go_to_summary_of_a_container(wizard)
            wizard.press("create")
            assert wait_for(lambda: opened or (wizard.state["run"] or {}).get("problem"), PATIENCE)
            if not opened:
                run = wizard.state["run"]
                assert "cgroup" in f"{run['problem']} {run['details']}", run
                assert NAME not in connection.domains
                pytest.skip("containers do not run here")
            assert connection.domains[NAME].state is DomainState.RUNNING
        finally:
            wizard.panel.close()
            forget(connection)
            connection.close()
    finally:
        daemon.stop()


def go_to_summary_of_a_container(wizard):
    wizard.go_to("medium")
    wizard.type("init", "/bin/sh")
    wizard.go_to("resources")
    wizard.type("memory", "64")
    wizard.go_to("network")
    network = wizard.field("network")
    assert network["value"] in [each["value"] for each in network["choices"]]
    wizard.type("network", "none")
    wizard.go_to("summary")
    wizard.type("name", NAME)
