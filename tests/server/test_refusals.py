"""Who is refused, how it is called, and that no ticket's id is ever logged."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import threading
import time
import uuid
from contextlib import closing

import libvirt
import pytest
from an_old_ticket import an_expired_ticket
from websocket import WebSocketBadStatusException

from qvirt_jupyter.console import DisplayTarget, SocketTarget, tickets
from qvirt_jupyter.server import console_socket

TEST_URI = "test:///default"


def refusal(server, ticket, **options):
    """Return status and code of a connection that must be refused before the upgrade."""
    with pytest.raises(WebSocketBadStatusException) as caught:
        server.connect(ticket, **options)
    answer = json.loads(caught.value.resp_body)
    assert re.fullmatch(r"[A-Z].*[.]", answer["message"], re.IGNORECASE), "a whole sentence"
    return caught.value.status_code, answer["code"]


def test_a_good_ticket_opens_with_a_cookie_and_the_own_origin(a_server, a_ticket):
    client = a_server.connect(a_ticket)
    assert client.subprotocol == "binary"
    client.send_binary(b"hello")
    assert client.recv() == b"hello"


def test_a_token_in_the_header_or_the_address_needs_no_origin(a_server, a_ticket, a_token):
    for options in ({"token": a_token}, {"query": f"token={a_token}"}):
        client = a_server.connect(a_ticket, origin=None, cookie=None, **options)
        client.send_binary(b"hello")
        assert client.recv() == b"hello"


def test_nobody_without_a_login(a_server, a_ticket):
    assert refusal(a_server, a_ticket, cookie=None) == (403, "login-needed")


def test_nobody_with_a_wrong_token(a_server, a_ticket):
    wrong = {"token": "wrong", "query": "token=wrong"}
    assert refusal(a_server, a_ticket, cookie=None, **wrong) == (403, "login-needed")


def test_no_page_of_another_site(a_server, a_ticket):
    assert refusal(a_server, a_ticket, origin="https://evil.example") == (403, "origin-foreign")


def test_no_cookie_without_an_origin(a_server, a_ticket):
    assert refusal(a_server, a_ticket, origin=None) == (403, "origin-missing")


def test_no_request_without_a_ticket(a_server):
    assert refusal(a_server, None) == (400, "ticket-missing")


def test_not_one_of_a_thousand_random_tickets(a_server, no_id_is_logged):
    for _number in range(1000):
        guess = secrets.token_urlsafe(32)
        no_id_is_logged.append(guess)
        answer = a_server.get(f"qvirt/console?ticket={guess}", Cookie=a_server.cookie)
        assert answer.status == 404
    for guess in ("..", "../../jpserver-1.json", "%00" * 43, "x" * 43, "%C3%A9" * 43, "0" * 64):
        answer = a_server.get(f"qvirt/console?ticket={guess}", Cookie=a_server.cookie)
        assert answer.status == 404
    assert refusal(a_server, secrets.token_urlsafe(32)) == (404, "ticket-unknown")


def test_no_expired_ticket(a_server, an_echo):
    assert refusal(a_server, an_expired_ticket(SocketTarget(an_echo))) == (410, "ticket-expired")


def test_no_revoked_ticket(a_server, a_ticket):
    tickets.revoke(a_ticket)
    assert refusal(a_server, a_ticket) == (404, "ticket-unknown")


def test_no_file_that_others_may_read(a_server, a_ticket):
    for path in tickets.tickets_folder().iterdir():
        path.chmod(0o644)
    assert refusal(a_server, a_ticket) == (404, "ticket-unknown")


def test_no_machine_that_does_not_run(a_server):
    with closing(libvirt.open(TEST_URI)) as connection:
        machine = connection.lookupByName("test")
        machine.destroy()
        try:
            ticket = tickets.issue(DisplayTarget(TEST_URI, machine.UUIDString()))
            assert refusal(a_server, ticket.id) == (409, "machine-stopped")
            answer = a_server.get(f"qvirt/console?ticket={ticket.id}", Cookie=a_server.cookie)
            assert answer.status == 409
            assert "test is not running" in answer.text
        finally:
            machine.create()


def test_no_machine_that_is_gone(a_server):
    ticket = tickets.issue(DisplayTarget(TEST_URI, str(uuid.uuid4())))
    assert refusal(a_server, ticket.id) == (404, "machine-gone")


def test_no_display_where_the_driver_has_none(a_server):
    with closing(libvirt.open(TEST_URI)) as connection:
        ticket = tickets.issue(
            DisplayTarget(TEST_URI, connection.lookupByName("test").UUIDString())
        )
        assert refusal(a_server, ticket.id) == (501, "display-unsupported")


def test_no_host_that_does_not_answer(a_server, tmp_path):
    uri = f"qemu+unix:///system?socket={tmp_path}/nobody"
    ticket = tickets.issue(DisplayTarget(uri, str(uuid.uuid4())))
    assert refusal(a_server, ticket.id) == (502, "host-unreachable")


@pytest.mark.parametrize(
    "uri",
    [
        "qemu+ssh://localhost/system",
        "qemu+tcp:///system",
        "qemu+ext:///system?command=/bin/true",
        "qemu://host/system",
    ],
)
def test_no_program_and_no_network_on_behalf_of_a_ticket(a_server, uri):
    ticket = tickets.issue(DisplayTarget(uri, str(uuid.uuid4())))
    assert refusal(a_server, ticket.id) == (501, "display-remote")


def test_no_socket_that_nobody_serves(a_server, tmp_path):
    ticket = tickets.issue(SocketTarget(tmp_path / "nobody"))
    assert refusal(a_server, ticket.id) == (502, "socket-closed")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make somebody else's socket")
def test_no_socket_of_somebody_else(a_server, an_echo):
    os.chown(an_echo, 65534, 65534)
    assert refusal(a_server, tickets.issue(SocketTarget(an_echo)).id) == (403, "socket-foreign")


def test_no_ordinary_file(a_server, tmp_path):
    (tmp_path / "file").write_text("secret")
    ticket = tickets.issue(SocketTarget(tmp_path / "file"))
    assert refusal(a_server, ticket.id) == (403, "socket-foreign")


def test_not_more_than_the_limit(a_server, a_ticket, monkeypatch):
    monkeypatch.setattr(a_server.console, "maximum_connections", 1)
    first = a_server.connect(a_ticket)
    assert refusal(a_server, a_ticket) == (503, "too-many")
    first.close()
    deadline = time.monotonic() + 90
    while a_server.console.connections and time.monotonic() < deadline:
        time.sleep(0.01)
    a_server.connect(a_ticket)


def test_a_host_that_is_silent_is_not_waited_for_and_its_late_socket_is_closed(
    a_server, a_ticket, monkeypatch
):
    ours, theirs = socket.socketpair()
    may_answer = threading.Event()

    def slow(_target, *, skip_password):
        assert skip_password
        assert may_answer.wait(120)
        return ours

    monkeypatch.setattr(console_socket, "open_target", slow)
    monkeypatch.setattr(a_server.console, "open_timeout", 0.2)
    assert refusal(a_server, a_ticket) == (504, "host-silent")
    may_answer.set()
    theirs.settimeout(90)
    assert theirs.recv(1) == b""
    theirs.close()


def test_an_unforeseen_error_is_a_500_without_the_id(a_server, a_ticket, a_token, monkeypatch):
    def broken(_target, **_options):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(console_socket, "open_target", broken)
    start = len(a_server.log)
    referer = f"{a_server.origin}/somewhere?ticket={a_ticket}"
    with pytest.raises(WebSocketBadStatusException) as caught:
        a_server.connect(a_ticket, token=a_token, query="x=1")
    assert caught.value.status_code == 500
    monkeypatch.setattr(console_socket, "check_target", lambda _target: 1 / 0)
    answer = a_server.get(
        f"qvirt/console?ticket={a_ticket}", Cookie=a_server.cookie, Referer=referer
    )
    assert answer.status == 500
    log = "\n".join(a_server.log[start:])
    assert "unforeseen" in log
    assert "Uncaught exception" in log
    assert "ticket=[secret]" in log
    assert a_ticket not in log


@pytest.mark.parametrize(
    "path",
    [
        "nowhere?ticket={id}",
        "qvirt/console/?x=1&ticket={id}",
        "qvirt/console?%74icket={id}",
        "qvirt/static/none?ticket={id}",
    ],
)
def test_a_wrong_address_does_not_log_the_id_either(a_server, a_ticket, path):
    answer = a_server.get(
        path.format(id=a_ticket),
        Cookie=a_server.cookie,
        Referer=f"{a_server.origin}/x?ticket={a_ticket}",
    )
    assert answer.status in {200, 302, 404}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_nothing_but_get_is_answered(a_server, a_ticket, method, a_token):
    import http.client  # noqa: PLC0415 - the one test that needs another method

    connection = http.client.HTTPConnection("127.0.0.1", a_server.port)
    connection.request(
        method,
        f"/user/x/qvirt/console?ticket={a_ticket}",
        headers={"Authorization": f"token {a_token}"},
    )
    assert connection.getresponse().status == 405
    connection.close()
