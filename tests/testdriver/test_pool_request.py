"""Requests for storage pools: defaults, problems at fields, definitions, what becomes of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lxml import etree

from qvirt_jupyter import documents
from qvirt_jupyter.documents import declarations
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    InvalidDefinition,
    OperationCancelled,
    OperationFailed,
    StoragePool,
    action_log,
)
from qvirt_jupyter.provision.pools import POOL_TYPES, PoolRequest, pool_types

SCHEMA = Path("/usr/share/libvirt/schemas/storagepool.rng")
IQN = "iqn.2026-01.org.example:lab"
HUSH = "aHVzaC1odXNo"
# What each kind needs and nothing more, but for one of each kind of adapter.
ENOUGH = {
    "dir": {},
    "fs": {"device": "/dev/sdb1"},
    "netfs": {"host": "nas.example.org", "folder": "/export"},
    "logical": {"source_name": "vg0"},
    "disk": {"device": "/dev/sdb", "format": "gpt"},
    "iscsi": {"host": "san.example.org", "target_iqn": IQN},
    "iscsi-direct": {"host": "san:3270", "target_iqn": IQN, "initiator": f"{IQN}-host"},
    "scsi": {"adapter": "scsi_host2"},
    "mpath": {},
    "rbd": {"host": "mon1:6789, mon2"},
    "gluster": {"host": "nas"},
    "zfs": {"source_name": "tank"},
    "vstorage": {"source_name": "cluster"},
    "sheepdog": {"host": "localhost", "source_name": "cluster"},
}


def test_every_kind_is_here():
    assert set(ENOUGH) == set(POOL_TYPES)


@pytest.mark.skipif(not SCHEMA.exists(), reason="libvirt's schemas are not installed")
@pytest.mark.parametrize(("kind", "values"), ENOUGH.items(), ids=ENOUGH)
def test_what_is_enough_becomes_what_libvirts_schema_allows(kind, values, a_connection):
    request = PoolRequest(type=kind, **values)
    assert request.problems(a_connection) == {}
    text = str(request.build(a_connection))
    rules = etree.RelaxNG(etree.parse(SCHEMA))
    assert rules.validate(etree.fromstring(text)), (text, rules.error_log)


@pytest.mark.parametrize(("kind", "values"), ENOUGH.items(), ids=ENOUGH)
def test_what_is_missing_is_said_at_its_field(kind, values, a_connection):
    row = POOL_TYPES[kind]
    for field in row.required - set(row.defaults):
        request = PoolRequest(type=kind, **{**values, field: ""})
        assert field in request.problems(a_connection)
        with pytest.raises(InvalidDefinition):
            request.create(a_connection)


@pytest.mark.parametrize(
    ("values", "path", "name"),
    [
        ({"type": "dir"}, "/lab/images/pool", ""),
        ({"type": "netfs", "name": "share", **ENOUGH["netfs"]}, "/lab/images/share", ""),
        ({"type": "logical", "source_name": "vg7"}, "/dev/vg7", "vg7"),
        ({"type": "disk", "device": "/dev/sdb"}, "/dev", ""),
        ({"type": "iscsi"}, "/dev/disk/by-path", ""),
        ({"type": "scsi"}, "/dev/disk/by-path", ""),
        ({"type": "mpath"}, "/dev/mapper", ""),
        ({"type": "gluster"}, "", "gv0"),
        ({"type": "rbd"}, "", "rbd"),
    ],
)
def test_defaults(values, path, name, a_connection, monkeypatch):
    monkeypatch.setattr(
        "qvirt_jupyter.provision.pools.defaults.image_folder", lambda _parts: "/lab/images"
    )
    full = PoolRequest(**values).completed(a_connection)
    assert (full.target, full.source_name) == (path, name)


def test_the_name_is_the_next_that_is_free(a_connection):
    made = PoolRequest(target="/lab/one").create(a_connection)
    assert made.name == "pool"
    assert PoolRequest().completed(a_connection).name == "pool-1"
    assert PoolRequest(name="mine").completed(a_connection).name == "mine"


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"type": "of-tomorrow"}, "type", "no such kind"),
        ({"name": "images"}, "name", "taken"),
        ({"name": "a/b"}, "name", "must not have a /"),
        ({"target": "relative"}, "target", "absolute path"),
        ({"target": "/lab/images/"}, "target", "The pool images has this folder"),
        ({"mode": "rwx"}, "mode", "octal"),
        ({"type": "netfs", "host": "nas:0", "folder": "/e"}, "host", "port from 1"),
        ({"type": "netfs", "host": "n a s", "folder": "/e"}, "host", "one server only"),
        ({"type": "netfs", "host": "na$", "folder": "/e"}, "host", "host name"),
        ({"type": "netfs", "host": "nas", "folder": "e"}, "folder", "begins with a slash"),
        ({"type": "fs", "device": "sdb"}, "device", "no path of a device"),
        ({"type": "fs", "device": "/dev/sdb /dev/sdc"}, "device", "one device only"),
        ({"type": "fs", "device": "/dev/sdb", "preparation": "new"}, "format", "such as ext4"),
        ({"type": "logical", "source_name": "v", "preparation": "new"}, "device", "made on"),
        ({"type": "iscsi", "host": "san", "target_iqn": "lab"}, "target_iqn", "no name such as"),
        ({"type": "scsi", "adapter_type": "fc_host", "wwnn": "1"}, "wwnn", "16 hexadecimal"),
        ({"type": "scsi", "adapter_type": "fc_host"}, "wwpn", "both"),
        ({"type": "scsi"}, "adapter", "scsi_host2"),
        ({"type": "rbd", "host": "m", "ceph_settings": "a"}, "ceph_settings", "no setting"),
        ({"type": "rbd", "host": "m", "username": "u"}, "password", "needs a password"),
        ({"type": "rbd", "host": "m", "username": "u", "password": "???"}, "password", "base64"),
        ({"type": "rbd", "host": "m", "password": HUSH}, "username", "who signs in"),
        (
            {"type": "rbd", "host": "m", "username": "u", "password": HUSH, "secret": "s"},
            "password",
            "either",
        ),
    ],
)
def test_problems_are_said_at_their_fields(values, field, words, a_connection):
    problems = PoolRequest(**values).problems(a_connection)
    assert words.casefold() in str(problems[field]).casefold()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"type": "netfs", "host": "nas", "folder": "/e"}, "folder"),
        ({"type": "logical", "source_name": "vg0"}, "source_name"),
        ({"type": "iscsi", "host": "san", "target_iqn": IQN}, "target_iqn"),
        ({"type": "mpath"}, "target"),
    ],
)
def test_a_source_that_another_pool_has(values, field, a_connection):
    first = PoolRequest(name="first", start=False, autostart=False, **values)
    a_connection.storage_pools.define(first.build(a_connection))
    problems = PoolRequest(name="second", target="/dev/other", **values).problems(a_connection)
    assert "first" in str(problems[field])


def test_a_device_that_a_pool_of_another_kind_has(a_connection):
    first = PoolRequest(type="fs", name="first", device="/dev/sdb")
    a_connection.storage_pools.define(first.build(a_connection))
    problems = PoolRequest(type="disk", device="/dev/sdb").problems(a_connection)
    assert "first" in str(problems["device"])
    assert PoolRequest(type="disk", device="/dev/sdc").problems(a_connection) == {}


def test_a_list_or_a_mapping_is_taken_too(a_connection):
    request = PoolRequest(
        type="rbd", host=["a:1", "[fd00::1]:2", "fd00::2"], ceph_settings={"x": "1", "y": "2"}
    )
    pool = request.build(a_connection)
    assert [(host.name, host.port) for host in pool.source.hosts] == [
        ("a", 1),
        ("fd00::1", 2),
        ("fd00::2", None),
    ]
    assert [(each.name, each.value) for each in pool.rbd_options] == [("x", "1"), ("y", "2")]
    assert PoolRequest(host=None, device=None, target=None) == PoolRequest()


def test_what_a_kind_does_not_have_is_left_out(a_connection):
    request = PoolRequest(
        type="dir", host="nas", folder="/e", device="/dev/sdb", username="u", format="ext4"
    )
    assert "<source" not in str(request.build(a_connection))


def test_all_that_can_be_said_is_written(a_connection):
    share = PoolRequest(
        type="netfs",
        host="nas",
        folder="/e",
        format="nfs",
        protocol_version="4.2",
        mount_options=["nodev", "sync"],
        mode="0750",
        owner=107,
        group=108,
    ).build(a_connection)
    assert share.source.protocol_version == "4.2"
    assert [each.name for each in share.mount_options] == ["nodev", "sync"]
    assert (share.permissions.mode, share.permissions.owner) == ("0750", 107)
    vhba = PoolRequest(
        type="scsi",
        adapter_type="fc_host",
        parent="scsi_host3",
        wwnn="20000000c9831b4b",
        wwpn="10000000c9831b4b",
    ).build(a_connection)
    assert vhba.source.adapter.type == "fc_host"
    assert vhba.source.adapter.name is None
    signed = PoolRequest(
        type="iscsi",
        host="san",
        target_iqn=IQN,
        username="lab",
        secret="lab-target",  # noqa: S106 - its use
    ).build(a_connection)
    assert signed.source.auth.type == "chap"
    assert signed.source.auth.secret.usage == "lab-target"


def test_devices_belong_to_a_new_group_only(a_connection):
    old = PoolRequest(type="logical", source_name="vg0", device="/dev/sdb")
    assert not old.build(a_connection).source.devices
    new = PoolRequest(
        type="logical", source_name="vg0", device=["/dev/sdb", "/dev/sdc"], preparation="new"
    )
    paths = [device.path for device in new.build(a_connection).source.devices]
    assert paths == ["/dev/sdb", "/dev/sdc"]


def test_a_form_asks_what_the_kind_has_and_calls_it_by_its_name():
    asked = {each.name: each for each in PoolRequest(type="logical").declared}
    assert list(asked)[:3] == ["type", "name", "source_name"]
    assert str(asked["source_name"].label) == "Volume group"
    assert "host" not in asked
    scsi = {each.name for each in PoolRequest(type="scsi").declared}
    assert {"adapter"} <= scsi
    assert not {"wwnn", "wwpn", "parent"} & scsi
    fibre = {each.name for each in PoolRequest(type="scsi", adapter_type="fc_host").declared}
    assert {"wwnn", "wwpn", "parent"} <= fibre
    (form,) = (each for each in PoolRequest(type="netfs").declared if each.name == "format")
    assert form.type.values == ("auto", "nfs", "cifs", "glusterfs")


def test_every_field_of_every_kind_is_declared():
    declared = {each.name for each in declarations(PoolRequest)}
    for kind in POOL_TYPES.values():
        assert set(kind.fields) <= declared
        assert kind.required <= set(kind.fields)
        assert set(kind.labels) <= set(kind.fields)


def test_a_pool_is_made_and_logged(a_connection):
    pool = PoolRequest(name="isos", target="/lab/isos").create(a_connection)
    assert isinstance(pool, StoragePool)
    assert pool.is_active
    assert pool.autostart
    entry = action_log.entries[-1]
    assert entry.what == "Create the storage pool isos"
    assert "PoolRequest(type='dir', name='isos', target='/lab/isos')" in entry.code
    assert a_connection.inventory.storage_pool(pool.uuid).active


def test_neither_on_nor_with_its_host(a_connection):
    pool = PoolRequest(name="isos", start=False, autostart=False).submit(a_connection).result(20)
    assert not pool.is_active
    assert not pool.autostart


def test_a_name_that_is_taken_makes_nothing(a_connection):
    names = a_connection.storage_pools.names
    with pytest.raises(AlreadyExists, match="taken"):
        PoolRequest(name="images", target="/lab/other").create(a_connection)
    assert a_connection.storage_pools.names == names


def test_a_pool_that_cannot_be_switched_on_leaves_nothing(a_connection, monkeypatch):
    def refuse(self):
        raise OperationFailed("It is broken.", subject=self.subject)

    monkeypatch.setattr(StoragePool, "start", refuse)
    with pytest.raises(OperationFailed, match="broken"):
        PoolRequest(name="isos", target="/lab/isos").create(a_connection)
    assert "isos" not in a_connection.storage_pools


def test_what_could_not_be_taken_back_is_named(a_connection, monkeypatch):
    def refuse(self):
        raise OperationFailed("It is broken.", subject=self.subject)

    monkeypatch.setattr(StoragePool, "start", refuse)
    monkeypatch.setattr(StoragePool, "delete", refuse)
    with pytest.raises(OperationFailed) as caught:
        PoolRequest(name="isos", target="/lab/isos").create(a_connection)
    assert any("the definition of the pool" in note for note in caught.value.__notes__)


def test_a_creation_that_is_cancelled_leaves_nothing(a_connection):
    class Impatient:
        """Who wants it no more once it is defined."""

        def report(self, *, phase=None, **_rest):
            self.phase = str(phase)

        def check_cancelled(self):
            if getattr(self, "phase", "") == "Making what it lives in":
                raise OperationCancelled("Cancelled.")

    with pytest.raises(OperationCancelled):
        PoolRequest(name="isos", target="/lab/isos").create(a_connection, Impatient())
    assert "isos" not in a_connection.storage_pools


def test_a_password_is_in_no_text_that_is_shown():
    request = PoolRequest(type="rbd", host="m", username="u", password=HUSH)
    for shown in (repr(request), request.code, str(request)):
        assert HUSH not in shown
        assert "password='********'" in shown


def test_a_host_that_says_nothing_of_pools_may_try_all(a_connection):
    offered = pool_types(a_connection)
    assert [each.type for each in offered] == list(POOL_TYPES)
    assert all(each.is_offered for each in offered)


def test_places_fill_a_request(a_connection):
    (group, *_more) = PoolRequest(type="logical").sources(a_connection)
    assert group.label == "testvg1"
    filled = group.fill(PoolRequest(type="logical"))
    assert filled.source_name == "testvg1"
    share = PoolRequest(type="netfs", host="nas")
    first = share.sources(a_connection)[0].fill(share)
    assert first.folder.startswith("/")
    assert first.problems(a_connection) == {}
    with pytest.raises(InvalidDefinition, match="Name the server first"):
        PoolRequest(type="netfs").sources(a_connection)
    assert PoolRequest(type="mpath").sources(a_connection) == ()


def test_a_place_that_a_pool_has_is_marked(a_connection):
    a_connection.storage_pools.define(
        documents.StoragePool.parse(
            "<pool type='logical'><name>mine</name><source><name>testvg1</name></source></pool>"
        )
    )
    found = PoolRequest(type="logical").sources(a_connection)
    assert [place.used_by for place in found if place.label == "testvg1"] == ["mine"]


def test_warnings_look_at_this_machine(a_connection, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.img").touch()

    def of(**values):
        return {
            field: str(words)
            for field, words in PoolRequest(**values).warnings(a_connection).items()
        }

    assert of(target=str(tmp_path / "missing")) == {}
    assert "becomes a volume" in of(target=str(tmp_path / "full"))["target"]
    hidden = of(type="netfs", target=str(tmp_path / "full"))
    assert "hidden" in hidden["target"]
    assert "a file" in of(target=str(tmp_path / "full" / "a.img"))["target"]
    assert "system itself" in of(target="/etc")["target"]
    assert "inside of the pool images" in of(target="/lab/images/deeper")["target"]
    # Where new folders are made is no surprise.
    assert of(name="fresh-one") == {}
    assert "not there" in of(type="fs", device="/dev/none")["device"]
    assert "no block device" in of(type="fs", device=os.devnull)["device"]
    erased = of(type="fs", device="/dev/none", preparation="erase", format="ext4")
    assert "/dev/none will be lost" in erased["preparation"]
    assert of(type="of-tomorrow") == {}
