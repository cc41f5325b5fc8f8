"""Secrets on a real libvirtd: made, given values that are seen nowhere, found, deleted."""

from __future__ import annotations

import logging
import uuid

import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    InvalidDefinition,
    NotFound,
    action_log,
    connect,
    jobs,
)

VALUE = "Tr0ub4dor-and-3"
NAMES = {
    "volume": ("volume", "/srv/images/of the test.qcow2"),
    "ceph": ("name", "client.test secret"),
    "iscsi": ("target", "iqn.2026-01.test:target"),
    "tls": ("name", "the test's TLS key"),
    "vtpm": ("name", "the test's TPM"),
}


def a_document(usage_type, **fields):
    field, name = NAMES[usage_type]
    document = documents.Secret(usage_type=usage_type, **fields)
    setattr(document.usage, field, name)
    return document


@pytest.fixture
def a_secret(a_qemu_connection):
    secret = a_qemu_connection.secrets.create(a_document("ceph", description="Of a test"), VALUE)
    yield secret
    if a_qemu_connection.secrets.get(secret.uuid):
        secret.delete()


@pytest.mark.parametrize("usage_type", NAMES)
@pytest.mark.parametrize("ephemeral", [False, True])
@pytest.mark.parametrize("private", [False, True])
def test_each_kind_is_made_with_a_value(a_qemu_connection, usage_type, ephemeral, private):
    secrets = a_qemu_connection.secrets
    secret = secrets.create(a_document(usage_type, ephemeral=ephemeral, private=private), VALUE)
    try:
        assert (secret.usage_type, secret.usage_id) == (usage_type, NAMES[usage_type][1])
        # libvirt does not even say of a private one whether it has a value.
        assert secret.has_value is (None if private else True)
        record = secret.record
        assert (record.usage_type, record.name) == (usage_type, NAMES[usage_type][1])
        assert (record.ephemeral, record.private) == (ephemeral, private)
        assert secrets.of_usage(usage_type, NAMES[usage_type][1]) == secret
        assert secrets[NAMES[usage_type][1]] == secrets[secret.uuid] == secret
        assert a_qemu_connection.call(
            lambda raw: (
                private or raw.secretLookupByUUIDString(secret.uuid).value() == VALUE.encode()
            )
        )
    finally:
        secret.delete()
    assert secrets.get(secret.uuid) is None
    with pytest.raises(NotFound):
        a_qemu_connection.inventory.secret(secret.uuid)


def test_a_value_is_set_anew_and_may_be_bytes(a_qemu_connection, a_secret):
    a_secret.set_value(b"\x00\xff\x01")
    assert a_qemu_connection.call(
        lambda raw: raw.secretLookupByUUIDString(a_secret.uuid).value() == b"\x00\xff\x01"
    )


def test_one_without_a_value_says_so(a_qemu_connection):
    secret = a_qemu_connection.secrets.define(a_document("tls"))
    try:
        assert secret.has_value is False
        before = secret.record.version
        secret.set_value(VALUE)
        assert secret.has_value is True
        assert secret.record.version > before
    finally:
        secret.delete()


def test_a_value_is_refused_where_libvirt_keeps_none(a_secret):
    for value in ("", b"", "x" * 70_000):
        with pytest.raises(InvalidDefinition):
            a_secret.set_value(value)


def test_a_second_one_for_the_same_is_refused(a_qemu_connection, a_secret):
    with pytest.raises(AlreadyExists, match=r"client\.test secret"):
        a_qemu_connection.secrets.create(a_document("ceph"), VALUE)
    with pytest.raises(AlreadyExists):
        a_qemu_connection.secrets.define(a_document("ceph", uuid=str(uuid.uuid4())))
    with pytest.raises(AlreadyExists, match="UUID"):
        a_qemu_connection.secrets.create(a_document("tls", uuid=a_secret.uuid), VALUE)
    # The definition of the same secret may be replaced.
    same = a_document("ceph", uuid=a_secret.uuid, description="Another")
    assert a_qemu_connection.secrets.define(same) == a_secret
    assert a_secret.document().description == "Another"
    assert a_secret.has_value


def test_nothing_is_left_where_the_value_is_refused(a_qemu_connection):
    before = a_qemu_connection.secrets.names
    with pytest.raises(InvalidDefinition):
        a_qemu_connection.secrets.create(a_document("iscsi"), "x" * 70_000)
    assert a_qemu_connection.secrets.names == before


def test_the_value_is_in_no_log_repr_error_or_history(a_qemu_connection, a_secret, caplog):
    caplog.set_level(logging.DEBUG)
    collection = a_qemu_connection.secrets
    a_secret.set_value(VALUE)
    a_secret.submit.set_value(VALUE).result()
    refused = collection.submit.create(a_document("ceph"), value=VALUE)
    with pytest.raises(AlreadyExists) as caught:
        refused.result()
    entries = [entry for entry in action_log.entries if "secret" in entry.code]
    assert any("set_value('********')" in entry.code for entry in entries)
    assert any("value='********'" in entry.code for entry in entries)
    shown = [
        *map(repr, (a_secret, collection, a_secret.record, a_secret.document(), caught.value)),
        *map(repr, (jobs, action_log.entries, a_qemu_connection.inventory.snapshot())),
        *map(str, (a_secret.xml(), caught.value, caught.value.details)),
        a_secret._repr_html_(),
        collection._repr_html_(),
        caplog.text,
    ]
    assert not [text for text in shown if VALUE in text]


def test_machines_pools_and_volumes_that_need_it_are_named(a_qemu_connection, a_secret, a_shelf):
    connection = a_qemu_connection
    volume = a_shelf.create_volume(
        documents.StorageVolume(name="locked.raw", capacity=1 << 20, format="raw")
    )
    NAMES["volume"] = ("volume", volume.path)
    lock = connection.secrets.create(a_document("volume"), VALUE)
    machine = connection.domains.define(
        f"""<domain type='qemu'><name>keeper</name><memory>65536</memory>
        <os><type>hvm</type></os><devices>
        <disk type='network'><driver name='qemu' type='raw'/>
          <auth username='u'><secret type='ceph' usage='{a_secret.usage_id}'/></auth>
          <source protocol='rbd' name='a/b'/><target dev='vda' bus='virtio'/></disk>
        <disk type='file'><driver name='qemu' type='raw'/><source file='{volume.path}'>
          <encryption format='luks'><secret type='passphrase' uuid='{lock.uuid}'/></encryption>
          </source><target dev='vdb' bus='virtio'/></disk>
        </devices></domain>"""
    )
    pool = connection.storage_pools.define(
        f"""<pool type='rbd'><name>cluster</name><source><host name='127.0.0.1'/><name>a</name>
        <auth username='u' type='ceph'><secret uuid='{a_secret.uuid}'/></auth></source></pool>"""
    )
    try:
        assert [(user.kind, user.name) for user in a_secret.users()] == [
            ("domain", "keeper"),
            ("pool", "cluster"),
        ]
        assert [(user.kind, user.name) for user in lock.users()] == [
            ("domain", "keeper"),
            ("volume", volume.path),
        ]
    finally:
        machine.undefine()
        pool.delete()
        lock.delete()
        volume.delete()


def test_what_others_do_is_seen_by_event(a_qemu_libvirtd, a_qemu_connection, wait_until):
    # Reaching the inventory needs events: nothing polls.
    assert "secret" not in (a_qemu_connection._watcher.polled)
    script = f"""
import libvirt
raw = libvirt.open({a_qemu_libvirtd.inside!r})
secret = raw.secretDefineXML('''<secret><usage type='tls'><name>of another</name></usage></secret>''')
secret.setValue(b'x')
print(secret.UUIDString())
"""
    made = a_qemu_libvirtd.python(script)
    inventory = a_qemu_connection.inventory
    wait_until(lambda: [each for each in inventory.snapshot().secrets if each.uuid == made])
    a_qemu_libvirtd.python(
        f"import libvirt\n"
        f"libvirt.open({a_qemu_libvirtd.inside!r}).secretLookupByUUIDString({made!r}).undefine()"
    )
    wait_until(lambda: not [each for each in inventory.snapshot().secrets if each.uuid == made])


def test_who_may_only_look_sees_it_and_changes_nothing(a_qemu_libvirtd, a_secret):
    with connect(a_qemu_libvirtd.uri, read_only=True) as looker:
        seen = looker.secrets[a_secret.uuid]
        assert seen.has_value is None
        with pytest.raises(Exception, match="read-only"):
            seen.set_value(VALUE)
