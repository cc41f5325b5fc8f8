"""A volume to the browser and a file from it: who is refused, and that nothing is kept whole."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import re
import socket
import threading
import time
from contextlib import closing
from http import HTTPStatus

import pytest
from jupyter_server.auth.authorizer import Authorizer

from qvirt_jupyter.console import Refusal, SocketTarget, TransferTarget, tickets
from qvirt_jupyter.console.transfer_service import TransferService
from qvirt_jupyter.console.transfer_wire import MAXIMUM_CHUNK

MIB = 2**20
CONTENT = os.urandom(3 * MIB + 17)
XSRF = "0123456789abcdef0123456789abcdef"
"""What a page reads in its cookie and says again in a header, which other sites cannot."""


class ADownload:
    """A volume that is in memory."""

    def __init__(self, content=CONTENT, name="disk.img"):
        self.content, self.name = content, name
        self.breaks_at = None
        self.sent = 0
        self.tag = "first"

    def look(self):
        return {"kind": "download", "name": self.name, "size": len(self.content), "tag": self.tag}

    def read(self, start, end, tag):
        if tag != self.tag:
            raise Refusal(HTTPStatus.GONE, "transfer-gone", "It has changed.")
        return self._blocks(start, end)

    def _blocks(self, start, end):
        for at in range(start, end, 65536):
            if self.breaks_at is not None and at >= self.breaks_at:
                raise OSError("the host is gone")
            yield self.content[at : min(end, at + 65536)]
            self.sent = at

    def write(self, _at, _chunk, _digest):
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "direction-wrong", "It is a download.")


class AnUpload:
    """A file that becomes whole in memory."""

    def __init__(self, size):
        self.size, self.content = size, b""

    def look(self):
        return {"kind": "upload", "name": "a.iso", "size": self.size, "at": len(self.content)}

    def read(self, _start, _end, _tag):
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "direction-wrong", "It is an upload.")

    def write(self, at, chunk, digest):
        piece = bytes(chunk) if isinstance(chunk, int) else chunk
        if at != len(self.content):
            raise Refusal(
                HTTPStatus.CONFLICT, "offset-wrong", "It is elsewhere.", at=len(self.content)
            )
        if digest and hashlib.sha256(piece).hexdigest() != digest:
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "digest-wrong", "It is broken.", at=at)
        self.content += piece
        return len(self.content)


@pytest.fixture
def a_service(a_server):  # noqa: ARG001 - it sets the runtime folder
    """The kernel's end, in this process."""
    service = TransferService()
    yield service
    service.close()


@pytest.fixture
def offer(a_service):
    """Let the server reach a transfer; returns the ticket's id."""
    return lambda transfer: a_service.ticket(a_service.offer(transfer)).id


def ask(server, ticket, method="GET", query="", body=None, **options):
    """Ask as a page of JupyterLab does, unless told otherwise."""
    given = options.pop("headers", {})
    headers = {
        "Cookie": f"{server.cookie}; _xsrf={XSRF}",
        "Origin": server.origin,
        "X-XSRFToken": XSRF,
        **given,
    }
    headers = {name: value for name, value in headers.items() if value is not None}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    named = "" if ticket is None else f"ticket={ticket}&"
    connection.request(method, f"/user/x/qvirt/transfer?{named}{query}", body, headers)
    answer = connection.getresponse()
    try:
        answer.content = answer.read()
    except http.client.IncompleteRead as error:
        answer.content, answer.is_broken = error.partial, True
    connection.close()
    return answer


def put(server, ticket, at, chunk, **options):
    return ask(server, ticket, "PUT", f"at={at}", chunk, **options)


def refusal(answer):
    """Return status and code of what must be refused in a sentence."""
    said = json.loads(answer.content)
    assert re.fullmatch(r"[A-Z].*[.]", said["message"]), said
    return answer.status, said["code"]


def told(answer):
    assert answer.status == 200, answer.content
    return json.loads(answer.content)


# To the browser ---------------------------------------------------------------------------------


def test_a_download_is_an_attachment_of_the_right_length(a_server, offer):
    answer = ask(a_server, offer(ADownload(name='Größe "1".img')), headers={"Origin": None})
    assert (answer.status, answer.content) == (200, CONTENT)
    assert int(answer.getheader("Content-Length")) == len(CONTENT)
    assert answer.getheader("Content-Disposition") == (
        "attachment; filename=\"Gr__e__1_.img\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.img"
    )
    assert answer.getheader("Content-Type") == "application/octet-stream"
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Accept-Ranges") == "bytes"
    assert "sandbox" in answer.getheader("Content-Security-Policy") or answer.getheader(
        "Content-Security-Policy"
    )


def test_a_head_says_the_same_without_content(a_server, offer):
    answer = ask(a_server, offer(ADownload()), "HEAD")
    assert (answer.status, answer.content) == (200, b"")
    assert int(answer.getheader("Content-Length")) == len(CONTENT)


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=10-19", 10, 20),
        ("bytes=3000000-", 3_000_000, len(CONTENT)),
        ("bytes=-7", len(CONTENT) - 7, len(CONTENT)),
        ("bytes=5-99999999999", 5, len(CONTENT)),
    ],
)
def test_a_part_is_sent_where_one_is_wanted(a_server, offer, header, start, end):
    answer = ask(a_server, offer(ADownload()), headers={"Range": header})
    assert (answer.status, answer.content) == (206, CONTENT[start:end])
    assert answer.getheader("Content-Range") == f"bytes {start}-{end - 1}/{len(CONTENT)}"


@pytest.mark.parametrize("header", ["bytes=1-2,5-6", "bytes=-", "lines=1-2", "bytes=9-1", "junk"])
def test_what_is_no_range_means_all_of_it(a_server, offer, header):
    answer = ask(a_server, offer(ADownload()), headers={"Range": header})
    assert (answer.status, len(answer.content)) == (200, len(CONTENT))


@pytest.mark.parametrize("header", [f"bytes={len(CONTENT)}-", "bytes=-0"])
def test_a_part_behind_the_end_is_refused(a_server, offer, header):
    answer = ask(a_server, offer(ADownload()), headers={"Range": header})
    assert refusal(answer) == (416, "range-wrong")
    assert answer.getheader("Content-Range") == f"bytes */{len(CONTENT)}"


def test_a_download_is_resumed_only_where_the_volume_is_the_same(a_server, offer):
    download = ADownload()
    ticket = offer(download)
    tag = ask(a_server, ticket, "HEAD").getheader("Etag")
    resumed = {"Range": "bytes=10-", "If-Range": tag}
    assert ask(a_server, ticket, headers=resumed).status == 206
    download.tag = "second"
    answer = ask(a_server, ticket, headers=resumed)
    assert (answer.status, answer.content) == (200, CONTENT)


def test_an_empty_volume_is_an_empty_file(a_server, offer):
    answer = ask(a_server, offer(ADownload(b"")))
    assert (answer.status, answer.content) == (200, b"")


def test_a_download_that_breaks_off_is_not_taken_for_whole(a_server, offer):
    download = ADownload()
    ticket = offer(download)
    download.breaks_at = MIB
    answer = ask(a_server, ticket)
    assert answer.is_broken
    assert answer.content == CONTENT[: len(answer.content)]
    download.breaks_at = None
    rest = ask(a_server, ticket, headers={"Range": f"bytes={len(answer.content)}-"})
    assert answer.content + rest.content == CONTENT


def test_a_slow_browser_holds_the_kernel_back(a_server, offer):
    download = ADownload(bytes(64 * MIB))
    ticket = offer(download)
    with closing(socket.create_connection(("127.0.0.1", a_server.port), timeout=20)) as client:
        client.sendall(
            f"GET /user/x/qvirt/transfer?ticket={ticket} HTTP/1.1\r\nHost: 127.0.0.1:"
            f"{a_server.port}\r\nCookie: {a_server.cookie}\r\n\r\n".encode()
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        before = -1
        while download.sent != before:
            before = download.sent
            time.sleep(0.5)
        assert before < 32 * MIB, "it waits somewhere, but not in a browser that takes nothing"
    assert until(lambda: a_server.console.transfers == 0)


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


# From the browser -------------------------------------------------------------------------------


def test_chunks_make_the_file_and_each_says_how_far_it_is(a_server, offer):
    upload = AnUpload(len(CONTENT) + 5 * MIB)
    ticket = offer(upload)
    assert told(ask(a_server, ticket, query="look=1"))["at"] == 0
    digest = base64.b64encode(hashlib.sha256(CONTENT[:MIB]).digest()).decode()
    first = put(
        a_server, ticket, 0, CONTENT[:MIB], headers={"Content-Digest": f"sha-256=:{digest}:"}
    )
    assert told(first)["at"] == MIB
    assert told(put(a_server, ticket, MIB, CONTENT[MIB:]))["at"] == len(CONTENT)
    hole = ask(a_server, ticket, "PUT", f"at={len(CONTENT)}&hole={5 * MIB}", b"")
    assert told(hole)["at"] == upload.size
    assert upload.content == CONTENT + bytes(5 * MIB)
    assert told(ask(a_server, ticket, query="look=1")) == {
        "code": "ready",
        "message": "",
        "kind": "upload",
        "name": "a.iso",
        "size": upload.size,
        "at": upload.size,
    }


def test_a_chunk_of_another_place_is_told_where_to_go_on(a_server, offer):
    upload = AnUpload(100)
    ticket = offer(upload)
    put(a_server, ticket, 0, b"0123")
    answer = put(a_server, ticket, 50, b"x")
    assert refusal(answer) == (409, "offset-wrong")
    assert json.loads(answer.content)["at"] == 4


def test_a_chunk_that_broke_on_its_way_is_not_taken(a_server, offer):
    upload = AnUpload(100)
    digest = base64.b64encode(bytes(32)).decode()
    answer = put(
        a_server, offer(upload), 0, b"x", headers={"Content-Digest": f"sha-256=:{digest}:"}
    )
    assert refusal(answer) == (422, "digest-wrong")
    assert upload.content == b""


def test_a_browser_that_goes_within_a_chunk_leaves_the_upload_where_it_was(a_server, offer):
    upload = AnUpload(MIB)
    ticket = offer(upload)
    with closing(socket.create_connection(("127.0.0.1", a_server.port), timeout=20)) as client:
        client.sendall(
            f"PUT /user/x/qvirt/transfer?ticket={ticket}&at=0 HTTP/1.1\r\nHost: 127.0.0.1:"
            f"{a_server.port}\r\nCookie: {a_server.cookie}; _xsrf={XSRF}\r\n"
            f"Origin: {a_server.origin}\r\nX-XSRFToken: {XSRF}\r\nContent-Length: {MIB}\r\n\r\nhalf".encode()
        )
        assert until(lambda: a_server.console.transfers == 1)
    assert until(lambda: a_server.console.transfers == 0)
    assert upload.content == b""
    assert told(put(a_server, ticket, 0, b"again"))["at"] == 5


def test_a_large_chunk_is_refused_before_it_is_read(a_server, offer):
    upload = AnUpload(100 * MIB)
    with closing(socket.create_connection(("127.0.0.1", a_server.port), timeout=20)) as client:
        client.sendall(
            f"PUT /user/x/qvirt/transfer?ticket={offer(upload)}&at=0 HTTP/1.1\r\nHost: 127.0.0.1:"
            f"{a_server.port}\r\nCookie: {a_server.cookie}; _xsrf={XSRF}\r\n"
            f"Origin: {a_server.origin}\r\nX-XSRFToken: {XSRF}\r\n"
            f"Content-Length: {MAXIMUM_CHUNK + 1}\r\n\r\n".encode()
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 413")


# Who is refused ---------------------------------------------------------------------------------

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
    with closing(socket.create_connection(("127.0.0.1", a_server.port), timeout=20)) as client:
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
