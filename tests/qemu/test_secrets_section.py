"""The secrets of a host on the screen, with a real libvirtd: the value travels one way only."""

from __future__ import annotations

import json

import ipywidgets
import pytest
from a_manager import wait_for

from qvirt_jupyter.hypervisor import action_log, jobs, publisher
from qvirt_jupyter.provision import SecretRequest
from qvirt_jupyter.widgets.host.section import SectionContext
from qvirt_jupyter.widgets.notices import NoticeBoard
from qvirt_jupyter.widgets.questions import Answer, QuestionBoard
from qvirt_jupyter.widgets.secrets.section import SecretsSection

VALUE = "Tr0ub4dor-and-3"


@pytest.fixture
def sent(monkeypatch):
    """All messages that widgets send to browsers, in words."""
    messages = []
    before = ipywidgets.Widget._send

    def send(self, msg, buffers=None):
        messages.append(repr(msg) + repr([bytes(each) for each in buffers or ()]))
        before(self, msg, buffers)

    monkeypatch.setattr(ipywidgets.Widget, "_send", send)
    return messages


@pytest.fixture
def opened():
    """What the tab around the section was asked to open."""
    return []


@pytest.fixture
def a_section(a_qemu_connection, opened):
    before = set(a_qemu_connection.secrets)
    context = SectionContext(
        NoticeBoard(),
        QuestionBoard(),
        lambda uuid, client: opened.append((uuid, client)),
        opened.append,
    )
    section = SecretsSection(a_qemu_connection, context)
    a_qemu_connection.inventory.subscribe(lambda _batch: section.update())
    section.on_seen(is_seen=True)
    watching = {"kind": "watching", "view": "v", "version": 0, "visible": True}
    section.table._handle_custom_msg(watching, [])
    yield section
    section.close()
    for secret in set(a_qemu_connection.secrets) - before:
        secret.delete()


def rows(section):
    return section.table._rows._rows


def press(section, name, *ids):
    section.table._handle_custom_msg(
        {"kind": "action", "action": name, "rows": list(ids), "client": "window-1"}, []
    )
    publisher.flush()


def fill(section, secrets, **fields):
    """Fill in the dialog that is open as a browser does, and submit it."""
    assert wait_for(lambda: section.dialog.children)
    (form,) = section.dialog.children
    form._handle_custom_msg({"type": "ready"}, [])
    for number, (name, value) in enumerate(fields.items()):
        form._handle_custom_msg(
            {"type": "edit", "name": name, "value": value, "number": number}, []
        )
    form._handle_custom_msg({"type": "submit", "secrets": secrets}, [])
    publisher.flush()
    return form


def test_a_secret_is_made_listed_set_and_deleted(sent, a_section, a_qemu_connection):
    press(a_section, "create")
    fill(a_section, {"value": VALUE}, usage_type="iscsi", usage_id="iqn.2026-01.test:t")
    assert wait_for(lambda: not a_section.dialog.children)
    (uuid,) = wait_for(lambda: list(rows(a_section)))
    assert wait_for(lambda: rows(a_section)[uuid].cells["value"] == "set")
    cells = rows(a_section)[uuid].cells
    assert cells["name"].text == "iqn.2026-01.test:t"
    assert (cells["usage"], cells["given"], cells["kept"]) == ("iSCSI", "yes", "on disk")

    press(a_section, "value", uuid)
    fill(a_section, {"value": f"{VALUE}-2"})
    stored = f"{VALUE}-2".encode()
    assert wait_for(
        lambda: a_qemu_connection.call(
            lambda raw: raw.secretLookupByUUIDString(uuid).value() == stored
        )
    )
    # Neither in what browsers were told, nor in what a notebook saves, nor in any log.
    state = {
        key: widget.get_state() for key, widget in ipywidgets.widgets.widget._instances.items()
    }
    shown = [json.dumps(state, default=repr), *sent, *map(repr, (action_log.entries, jobs))]
    assert sent
    assert not [text for text in shown if VALUE in text]
    assert [entry for entry in action_log.entries if "set_value('********')" in entry.code]

    press(a_section, "delete", uuid)
    ((key, question),) = a_section.context.questions.questions
    assert question.danger
    a_section.context.questions.answer(key, Answer())
    assert wait_for(lambda: uuid not in rows(a_section))
    assert a_section.context.notices.notices == ()


def test_a_second_one_for_the_same_is_refused_in_the_form(a_section, a_qemu_connection):
    SecretRequest(usage_type="tls", usage_id="key", value="x").create(a_qemu_connection)
    assert wait_for(lambda: rows(a_section))
    press(a_section, "create")
    form = fill(a_section, {"value": VALUE}, usage_type="tls", usage_id="key")
    assert wait_for(lambda: "already" in form.shown["problem"])
    assert a_section.dialog.children
    # What is right now goes through without anything typed anew but the value.
    form._handle_custom_msg({"type": "edit", "name": "usage_id", "value": "other", "number": 9}, [])
    form._handle_custom_msg({"type": "submit", "secrets": {"value": VALUE}}, [])
    assert wait_for(lambda: len(rows(a_section)) == 2)


def test_who_needs_it_is_named_before_it_is_deleted_and_can_be_opened(
    a_section, a_qemu_connection, opened
):
    secret = SecretRequest(usage_type="vtpm", usage_id="the TPM", generated=True).create(
        a_qemu_connection
    )
    machine = a_qemu_connection.domains.define(
        f"""<domain type='qemu'><name>sealed</name><memory>65536</memory><os><type>hvm</type></os>
        <devices><tpm model='tpm-crb'><backend type='emulator' version='2.0'>
        <encryption secret='{secret.uuid}'/></backend></tpm></devices></domain>"""
    )
    try:
        assert wait_for(lambda: secret.uuid in rows(a_section))
        assert wait_for(lambda: rows(a_section)[secret.uuid].cells["users"] == "machine sealed")
        press(a_section, "delete", secret.uuid)
        ((key, question),) = a_section.context.questions.questions
        assert "machine sealed" in str(question.text)
        a_section.context.questions.answer(key, None)
        publisher.flush()
        assert secret.uuid in a_qemu_connection.secrets
        labels = {action.id: str(action.label) for action in a_section._offer((secret.uuid,))}
        (opens,) = (each for each, label in labels.items() if label == "Open machine sealed")
        press(a_section, opens, secret.uuid)
        assert opened == [(machine.uuid, "window-1")]
    finally:
        machine.undefine()


def test_nothing_can_be_done_while_it_is_not_connected(a_section, a_qemu_connection):
    press(a_section, "create")
    assert wait_for(lambda: a_section.dialog.children)
    a_qemu_connection.close()
    publisher.flush()
    a_section.update()
    assert wait_for(lambda: not a_section.dialog.children)
    assert all(str(action.reason) for action in a_section._offer(()))
    press(a_section, "create")
    publisher.flush()
    assert not a_section.dialog.children
    a_qemu_connection.open().result(90)
