"""Who gets no volume from the Jupyter server and may give no file to it, and what is said then."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from contextlib import closing

import pytest
from a_transfer import XSRF, ADownload, AnUpload, ask, put, refusal, told
from in_time import until
from jupyter_server.auth.authorizer import Authorizer

from qvirt_jupyter.console import SocketTarget, TransferTarget, tickets

BOTH = pytest.mark.parametrize("method", ["GET", "PUT"])


def tried(server, ticket, method, **options):
    if method == "PUT":
        return put(server, ticket, 0, b"x", **options)
    return ask(server, ticket, **options)


@pytest.fixture
def ticket_for(offer):
    return lambda method: offer(AnUpload(10) if method == "PUT" else ADownload())


@BOTH
def test_nobody_without_a_login(a_server, ticket_for, method):
    headers = {"Cookie": f"_xsrf={XSRF}"}
    answer = tried(a_server, ticket_for(method), method, headers=headers)
    assert refusal(answer) == (403, "login-needed")


@BOTH
def test_nobody_with_a_wrong_token(a_server, ticket_for, method):
    headers = {"Cookie": f"_xsrf={XSRF}", "Authorization": "token wrong"}
    answer = tried(a_server, ticket_for(method), method, headers=headers)
    assert refusal(answer) == (403, "login-needed")


@BOTH
def test_a_token_needs_no_cookie_and_no_origin(a_server, ticket_for, method, a_token):
    headers = {"Cookie": None, "Origin": None, "X-XSRFToken": None}
    headers["Authorization"] = f"token {a_token}"
    assert tried(a_server, ticket_for(method), method, headers=headers).status == 200


@BOTH
def test_nobody_whom_the_authorizer_refuses(a_server, ticket_for, method, monkeypatch):
    monkeypatch.setattr(
        a_server.app.authorizer,
        "is_authorized",
        lambda _handler, _user, action, _resource: action != "execute",
    )
    assert isinstance(a_server.app.authorizer, Authorizer)
    answer = tried(a_server, ticket_for(method), method)
    assert refusal(answer) == (403, "login-needed")


@BOTH
def test_no_page_of_another_site(a_server, ticket_for, method):
    headers = {"Origin": "https://evil.example"}
    answer = tried(a_server, ticket_for(method), method, headers=headers)
    assert refusal(answer) == (403, "origin-foreign")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_download_that_another_site_begins(a_server, offer, site):
    headers = {"Origin": None, "Sec-Fetch-Site": site}
    answer = ask(a_server, offer(ADownload()), headers=headers)
    assert refusal(answer) == (403, "site-foreign")


def test_no_chunk_without_an_origin(a_server, offer):
    answer = put(a_server, offer(AnUpload(10)), 0, b"x", headers={"Origin": None})
    assert refusal(answer) == (403, "origin-missing")


def test_no_chunk_without_the_xsrf_token(a_server, offer):
    answer = put(a_server, offer(AnUpload(10)), 0, b"x", headers={"X-XSRFToken": None})
    assert refusal(answer) == (403, "xsrf-missing")


@BOTH
def test_nothing_without_a_ticket_or_with_a_wrong_one(a_server, method):
    assert refusal(tried(a_server, None, method)) == (400, "ticket-missing")
    assert refusal(tried(a_server, "x" * 43, method)) == (404, "ticket-unknown")
    assert refusal(tried(a_server, "../../etc/passwd", method)) == (404, "ticket-unknown")


@BOTH
def test_no_ticket_of_a_console_and_none_of_a_transfer_for_a_console(
    a_server, offer, a_ticket, method
):
    assert refusal(tried(a_server, a_ticket, method)) == (400, "ticket-wrong")
    answer = a_server.get(f"qvirt/console?ticket={offer(ADownload())}", Cookie=a_server.cookie)
    assert (answer.status, json.loads(answer.text)["code"]) == (400, "ticket-wrong")


@BOTH
def test_no_expired_and_no_revoked_ticket(a_server, a_service, method):
    key = a_service.offer(AnUpload(10) if method == "PUT" else ADownload())
    ticket = a_service.ticket(key)
    old = time.time() - 2 * ticket.lifetime
    os.utime(tickets._file(ticket.id), (old, old))
    assert refusal(tried(a_server, ticket.id, method)) == (410, "ticket-expired")
    other = a_service.ticket(key)
    tickets.revoke(other.id)
    assert refusal(tried(a_server, other.id, method)) == (404, "ticket-unknown")


@BOTH
def test_a_transfer_that_is_over_is_gone(a_server, a_service, method):
    key = a_service.offer(AnUpload(10) if method == "PUT" else ADownload())
    ticket = a_service.ticket(key)
    a_service.withdraw(key)
    assert refusal(tried(a_server, ticket.id, method)) == (410, "transfer-gone")


@BOTH
def test_a_kernel_that_ended_is_named(a_server, a_service, method):
    key = a_service.offer(AnUpload(10) if method == "PUT" else ADownload())
    ticket = a_service.ticket(key)
    a_service.close()
    assert refusal(tried(a_server, ticket.id, method)) == (502, "socket-closed")


@BOTH
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make somebody else's socket")
def test_the_socket_of_another_user_is_refused(a_server, ticket_for, method):
    ticket = ticket_for(method)
    os.chown(tickets.find(ticket).path, 65534, 65534)
    assert refusal(tried(a_server, ticket, method)) == (403, "socket-foreign")


@pytest.mark.parametrize("says", [b"", b"nonsense\n", b"[1]\n"])
def test_a_kernel_that_answers_nonsense_is_named(a_server, tmp_path_factory, says):
    path = tmp_path_factory.mktemp("s") / "s"
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve():
            peer, _address = listener.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(says)

        thread = threading.Thread(target=serve)
        thread.start()
        ticket = tickets.issue(TransferTarget(str(path), "a")).id
        assert refusal(ask(a_server, ticket)) == (502, "kernel-failed")
        thread.join()


@BOTH
def test_a_kernel_that_hangs_does_not_hold_the_server(a_server, tmp_path_factory, method):
    path = tmp_path_factory.mktemp("s") / "s"
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(path))
        listener.listen()
        ticket = tickets.issue(TransferTarget(str(path), "a")).id
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(a_server.console, "stalled_transfer", 0.5)
            assert refusal(tried(a_server, ticket, method)) == (504, "kernel-silent")
    assert until(lambda: a_server.console.transfers == 0)


@BOTH
def test_too_many_at_once_are_refused(a_server, ticket_for, method, monkeypatch):
    monkeypatch.setattr(a_server.console, "transfers", a_server.console.maximum_transfers)
    assert refusal(tried(a_server, ticket_for(method), method)) == (503, "too-many")


def test_content_in_the_wrong_direction_is_refused(a_server, offer):
    assert refusal(ask(a_server, offer(AnUpload(10)))) == (405, "direction-wrong")
    assert refusal(put(a_server, offer(ADownload()), 0, b"x")) == (405, "direction-wrong")


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", b"x"),
        ("at=-1", b"x"),
        ("at=one", b"x"),
        ("at=0", b""),
        ("at=0&hole=5", b"x"),
        ("at=0&hole=many", b""),
        ("at=99999999999999999999", b"x"),
    ],
)
def test_a_chunk_that_says_nonsense_is_refused(a_server, offer, query, body):
    upload = AnUpload(10)
    answer = ask(a_server, offer(upload), "PUT", query, body)
    assert refusal(answer) == (400, "request-wrong")
    assert upload.content == b""


def test_a_digest_that_is_none_is_refused(a_server, offer):
    answer = put(a_server, offer(AnUpload(10)), 0, b"x", headers={"Content-Digest": "sha-256=:a:"})
    assert refusal(answer) == (400, "request-wrong")


def test_a_hole_larger_than_any_is_refused(a_server, offer):
    answer = ask(a_server, offer(AnUpload(2**50)), "PUT", f"at=0&hole={2**40}", b"")
    assert refusal(answer) == (413, "chunk-too-large")


def test_a_chunk_without_a_length_is_refused(a_server, offer):
    with closing(socket.create_connection(("127.0.0.1", a_server.port), timeout=90)) as client:
        client.sendall(
            f"PUT /user/x/qvirt/transfer?ticket={offer(AnUpload(9))}&at=0 HTTP/1.1\r\nHost: "
            f"127.0.0.1:{a_server.port}\r\nCookie: {a_server.cookie}; _xsrf={XSRF}\r\n"
            f"Origin: {a_server.origin}\r\nX-XSRFToken: {XSRF}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n".encode()
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 411")


def test_the_ticket_lives_while_it_is_used(a_server, a_service):
    ticket = a_service.ticket(a_service.offer(AnUpload(10)))
    file = tickets._file(ticket.id)
    old = time.time() - ticket.lifetime / 2
    os.utime(file, (old, old))
    assert told(put(a_server, ticket.id, 0, b"x"))["at"] == 1
    assert file.stat().st_mtime > time.time() - 60


def test_the_socket_is_for_its_owner_only(a_service):
    key = a_service.offer(AnUpload(1))
    target = tickets.find(a_service.ticket(key).id)
    assert os.stat(target.path).st_mode & 0o777 == 0o600  # noqa: PTH116 - a path of the kernel
    assert os.stat(os.path.dirname(target.path)).st_mode & 0o777 == 0o700  # noqa: PTH116, PTH120


def test_a_socket_target_names_no_transfer():
    with pytest.raises(ValueError, match="id"):
        TransferTarget("/run/x", "")
    with pytest.raises(ValueError, match="absolute"):
        TransferTarget("x", "a")
    assert SocketTarget("/run/x").describe() == "socket /run/x"
    assert TransferTarget("/run/x", "a").describe() == "transfer a at /run/x"
