"""Tickets as files: private, named by a hash, renewed without a race, swept in time."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time

import pytest
from an_old_ticket import age

from qvirt_jupyter.console import DisplayTarget, SocketTarget, tickets

DISPLAY = DisplayTarget("qemu:///session", "1b4e28ba-2fa1-11d2-883f-0016d3cca427", 1)


@pytest.fixture(autouse=True)
def a_runtime_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "qvirt" / "tickets"


def test_a_ticket_is_a_private_file_named_by_the_hash_of_its_id(a_runtime_folder):
    ticket = tickets.issue(DISPLAY)
    (path,) = a_runtime_folder.iterdir()
    assert path.name == hashlib.sha256(ticket.id.encode()).hexdigest()
    assert path.stat().st_mode & 0o777 == 0o600
    assert a_runtime_folder.stat().st_mode & 0o777 == 0o700
    assert ticket.id not in path.read_text()
    assert ticket.id not in repr(ticket)


def test_an_id_has_256_random_bits():
    ids = {tickets.issue(DISPLAY).id for _number in range(50)}
    assert len(ids) == 50
    assert {len(ticket) for ticket in ids} == {43}  # 32 bytes in base64


@pytest.mark.parametrize("target", [DISPLAY, SocketTarget("/run/user/1/x")])
def test_a_ticket_finds_its_target(target):
    assert tickets.find(tickets.issue(target).id) == target


@pytest.mark.parametrize("lifetime", [0, -1, 3601, float("nan")])
def test_a_lifetime_has_limits(lifetime):
    with pytest.raises(ValueError, match="lives between"):
        tickets.issue(DISPLAY, lifetime=lifetime)


def test_a_ticket_expires_and_is_renewed_until_then():
    ticket = tickets.issue(DISPLAY, lifetime=60)
    age(ticket, 59)
    assert tickets.renew(ticket.id).expires == pytest.approx(time.time() + 60, abs=2)
    age(ticket, 61)
    with pytest.raises(tickets.TicketExpired):
        tickets.find(ticket.id)
    with pytest.raises(tickets.TicketExpired):
        tickets.renew(ticket.id)


def test_a_revoked_ticket_is_unknown_and_stays_so():
    ticket = tickets.issue(DISPLAY)
    tickets.revoke(ticket.id)
    tickets.revoke(ticket.id)
    for question in (tickets.find, tickets.renew):
        with pytest.raises(tickets.TicketUnknown):
            question(ticket.id)


def test_a_renewal_never_revives_a_revoked_ticket(a_runtime_folder):
    stop = threading.Event()
    current = [tickets.issue(DISPLAY).id]

    def renew():
        while not stop.is_set():
            try:
                tickets.renew(current[0])
            except tickets.TicketUnknown:
                continue

    thread = threading.Thread(target=renew)
    thread.start()
    for _number in range(200):
        tickets.revoke(current[0])
        current[0] = tickets.issue(DISPLAY).id
    tickets.revoke(current[0])
    stop.set()
    thread.join()
    assert list(a_runtime_folder.iterdir()) == []


@pytest.mark.parametrize(
    "ticket",
    ["", "x", "../../etc/passwd", "a" * 39, "a" * 101, "é" * 43, "a/b" * 15, "\0" * 43, "a" * 64],
)
def test_what_is_no_id_is_unknown(ticket):
    tickets.issue(DISPLAY)
    with pytest.raises(tickets.TicketUnknown):
        tickets.find(ticket)
    tickets.revoke(ticket)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 1}',
        '{"format": 2}',
        '{"format": 1, "lifetime": 60, "target": {"kind": "shell"}}',
        '{"format": 1, "lifetime": "x", "target": {}}',
        "[" * 15_000,
    ],
)
def test_a_damaged_file_is_unknown(text):
    ticket = tickets.issue(DISPLAY)
    tickets._file(ticket.id).write_text(text)
    with pytest.raises(tickets.TicketUnknown):
        tickets.find(ticket.id)


def test_a_link_to_a_good_ticket_is_none(a_runtime_folder):
    good = tickets.issue(DISPLAY)
    other = "b" * 43
    (a_runtime_folder / hashlib.sha256(other.encode()).hexdigest()).symlink_to(
        tickets._file(good.id)
    )
    with pytest.raises(tickets.TicketUnknown):
        tickets.find(other)


def test_a_pipe_does_not_hang(a_runtime_folder):
    tickets.issue(DISPLAY)
    os.mkfifo(a_runtime_folder / hashlib.sha256(b"c" * 43).hexdigest(), 0o600)
    with pytest.raises(tickets.TicketUnknown):
        tickets.find("c" * 43)


def test_a_file_that_others_may_read_is_none():
    ticket = tickets.issue(DISPLAY)
    tickets._file(ticket.id).chmod(0o640)
    with pytest.raises(tickets.TicketUnknown):
        tickets.find(ticket.id)


def test_the_sweep_takes_what_expired_long_ago_and_leaves_the_rest(a_runtime_folder):
    young, expired, old = (tickets.issue(DISPLAY, lifetime=60) for _number in range(3))
    age(expired, 100)
    age(old, 60 + tickets.GRACE + 1)
    half = a_runtime_folder / "half-a-file"
    half.write_text('{"for')
    os.utime(half, (0, 0))
    (a_runtime_folder / "folder").mkdir()
    assert tickets.sweep() == 2
    assert tickets.find(young.id) == DISPLAY
    with pytest.raises(tickets.TicketExpired):
        tickets.find(expired.id)
    with pytest.raises(tickets.TicketUnknown):
        tickets.find(old.id)


def test_the_sweep_needs_no_folder_and_two_may_sweep_at_once():
    assert tickets.sweep() == 0
    for _number in range(100):
        age(tickets.issue(DISPLAY, lifetime=60), 1000)
        # issue() sweeps too, so age them only after the last one
    threads = [threading.Thread(target=tickets.sweep) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tickets.sweep() == 0


def test_a_ticket_has_no_more_than_it_needs():
    ticket = tickets.issue(DISPLAY)
    assert json.loads(tickets._file(ticket.id).read_text()) == {
        "format": 1,
        "lifetime": 60,
        "target": {"kind": "display", "uri": "qemu:///session", "uuid": DISPLAY.uuid, "index": 1},
    }
