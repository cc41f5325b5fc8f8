"""The dialog for a new storage pool on a real host: what is found, who signs in, what goes back."""

from __future__ import annotations

import a_loop_device
import an_iscsi_target
import pytest
from a_manager import wait_for

from qvirt_jupyter.hypervisor import connect
from qvirt_jupyter.provision.pools import pool_types
from qvirt_jupyter.widgets.storage.pool_dialog import PoolDialog

pytestmark = pytest.mark.qemu
MIB = a_loop_device.MIB


@pytest.fixture
def a_connection(a_system_libvirtd):
    connection = connect(a_system_libvirtd.uri)
    yield connection
    for pool in connection.storage_pools:
        if pool.name != "default":
            if pool.is_active:
                pool.stop()
            pool.delete()
    for secret in connection.secrets:
        secret.delete()
    connection.close()


@pytest.fixture
def a_disk(tmp_path):
    """An empty disk of 64 MiB."""
    if reason := a_loop_device.missing("mkfs.ext4", "vgcreate", "vgremove"):
        pytest.skip(reason)
    with a_loop_device.a_loop_device(tmp_path / "disk.img", 64 * MIB) as device:
        yield device


@pytest.fixture
def a_dialog(a_connection):
    """Opens a dialog, and says what it did."""
    opened = []

    def show(kind):
        said = []
        form = PoolDialog(
            a_connection, pool_types(a_connection), lambda: said.append("closed"), said.append
        )
        opened.append(form)
        form.edit("type", kind)
        return form, said

    yield show
    for form in opened:
        form.close()


def field(form, name):
    return next((each for each in form.shown["fields"] if each["name"] == name), None)


def fill(form, **values):
    for name, text in values.items():
        form.edit(name, text)


@pytest.fixture(autouse=True)
def _pools_of_others(a_connection):
    """Pools that other tests of this daemon have left are nobody's here."""
    OTHERS.clear()
    OTHERS.update(a_connection.storage_pools.names)


OTHERS = set()


def names_of(connection):
    return [name for name in connection.storage_pools.names if name not in OTHERS]


def test_what_fails_goes_back_and_what_was_typed_stays(a_connection, a_dialog, a_disk, tmp_path):
    folder = tmp_path / "mounted"
    form, said = a_dialog("fs")
    fill(form, name="disk", device=a_disk, target=str(folder))
    # There is no file system on it.
    assert form.submit(), form.shown
    assert wait_for(lambda: form.shown["problem"], 60)
    assert names_of(a_connection) == []
    assert not folder.exists()
    assert said == []
    assert (field(form, "device")["value"], field(form, "name")["value"]) == (a_disk, "disk")
    # One is made, and the same dialog goes through.
    fill(form, format="ext4", preparation="new")
    assert form.submit(), form.shown
    assert wait_for(lambda: len(said) == 2, 60), form.shown
    assert said[0] == "closed"
    assert names_of(a_connection) == ["disk"]
    assert a_connection.storage_pools["disk"].is_active


def test_groups_are_found_and_one_that_a_pool_has_cannot_be_taken(a_connection, a_dialog, a_disk):
    form, said = a_dialog("logical")
    fill(form, name="group", source_name="qvdialog", device=a_disk, preparation="new")
    assert form.submit(), form.shown
    assert wait_for(lambda: said or form.shown["problem"], 60)
    if form.shown["problem"]:
        pytest.skip(f"no volume groups here: {form.shown['problem']}")
    pool = a_connection.storage_pools["group"]
    other, told = a_dialog("logical")
    try:
        other.press("look")
        assert wait_for(lambda: field(other, "found"), 60)
        found = field(other, "found")
        (choice,) = (each for each in found["choices"] if each["label"].startswith("qvdialog"))
        assert "group" in choice["reason"]
        other.edit("found", choice["value"])
        assert field(other, "source_name")["value"] == "qvdialog"
        assert not other.submit()
        assert "group" in field(other, "source_name")["error"]
        # Once the definition is gone, the group that is left can be had again.
        pool.stop()
        pool.delete()
        other.press("look")
        assert wait_for(
            lambda: all(not each.get("reason") for each in field(other, "found")["choices"]), 60
        )
        fill(other, name="again")
        assert other.submit(), other.shown
        # It is on by then, not only defined.
        assert wait_for(lambda: len(told) == 2, 60), other.shown
        assert names_of(a_connection) == ["again"]
    finally:
        for each in a_connection.storage_pools:
            if each.name in {"group", "again"}:
                if each.is_active:
                    each.stop()
                each.tear_down()


@pytest.fixture(scope="module")
def a_target(tmp_path_factory):
    if reason := an_iscsi_target.missing():
        pytest.skip(reason)
    target = an_iscsi_target.a_target(tmp_path_factory.mktemp("iscsi"), 16 * MIB)
    yield target
    target.stop()


def test_a_wrong_password_leaves_no_secret_and_the_right_one_is_shown_nowhere(
    a_connection, a_dialog, a_target
):
    offered = {each.type for each in pool_types(a_connection) if each.is_offered}
    if "iscsi-direct" not in offered:
        pytest.skip("this libvirt has no iscsi-direct (libvirt-daemon-driver-storage-iscsi-direct)")
    form, said = a_dialog("iscsi-direct")
    fill(
        form,
        name="san",
        host=a_target.host,
        target_iqn=an_iscsi_target.CHAP_IQN,
        initiator="iqn.2026-01.org.example:host",
        username=an_iscsi_target.USER,
    )
    assert form.submit({"password": "wrong-wrong-wrong"}), form.shown
    assert wait_for(lambda: form.shown["problem"], 60)
    assert "Check the user and the password" in form.shown["problem"]
    assert names_of(a_connection) == []
    assert len(a_connection.secrets) == 0
    assert field(form, "username")["value"] == an_iscsi_target.USER
    assert form.submit({"password": an_iscsi_target.PASSWORD}), form.shown
    assert wait_for(lambda: len(said) == 2, 60), form.shown
    assert an_iscsi_target.PASSWORD not in str(form.shown)
    assert len(a_connection.secrets) == 1
    assert "unit:0:0:1" in a_connection.storage_pools["san"].volumes.names
