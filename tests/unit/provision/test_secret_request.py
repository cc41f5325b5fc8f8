"""Requests for secrets: what is refused before libvirt is asked, and where the value is not."""

from __future__ import annotations

import base64

import pytest

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.provision import SecretRequest

VALUE = "Tr0ub4dor-and-3"


@pytest.mark.parametrize(
    ("usage_type", "usage_id", "path"),
    [
        ("volume", "/srv/a disk.qcow2", "usage/volume"),
        ("ceph", "client.admin secret", "usage/name"),
        ("iscsi", "iqn.2026-01.test:t", "usage/target"),
        ("tls", "migration", "usage/name"),
        ("vtpm", "web TPM", "usage/name"),
    ],
)
def test_the_document_says_what_it_is_for_and_not_the_value(usage_type, usage_id, path):
    request = SecretRequest(
        usage_type=usage_type, usage_id=usage_id, value=VALUE, is_base64=False, private=True
    )
    request.check()
    document = request.build()
    assert document.usage_id == usage_id
    root = parse_xml(str(document))
    assert root.findtext(path) == usage_id
    assert (root.get("private"), root.get("ephemeral")) == ("yes", "no")
    assert VALUE not in str(document)
    assert VALUE not in repr(request)
    assert request.raw_value() == VALUE.encode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"usage_type": "cep", "usage_id": "a"}, "not one of volume, ceph"),
        ({"usage_type": "ceph"}, "path or the name"),
        ({"usage_type": "volume", "usage_id": "disk.qcow2"}, "whole path"),
        ({"usage_type": "ceph", "usage_id": "a", "value": VALUE}, "base64"),
    ],
)
def test_what_cannot_be_right_is_refused_without_the_value(fields, words):
    with pytest.raises(ValueError, match=words) as caught:
        SecretRequest(**fields).check()
    shown = [str(caught.value), repr(caught.value), repr(caught.value.__context__)]
    assert not [text for text in shown if VALUE in text]
    assert caught.value.__cause__ is None


def test_keys_of_ceph_are_what_their_base64_stands_for():
    key = base64.b64encode(b"\x00\xff\x10").decode()
    request = SecretRequest(usage_type="ceph", usage_id="a", value=f" {key}\n")
    assert request.raw_value() == b"\x00\xff\x10"


def test_a_value_is_generated_only_where_nobody_else_has_to_know_it():
    request = SecretRequest(usage_type="volume", usage_id="/a", generated=True)
    first, second = request.raw_value(), request.raw_value()
    assert first != second
    assert len(first) >= 32
    assert SecretRequest(usage_type="iscsi", usage_id="a", generated=True).raw_value() is None
    coupled = SecretRequest(usage_type="iscsi", generated=True).coupled("usage_type")
    assert coupled.generated is False


def test_without_a_value_it_is_set_later():
    assert SecretRequest(usage_type="tls", usage_id="a").raw_value() is None
