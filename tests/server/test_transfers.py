"""A volume to the browser and a file from it, and that nothing is kept whole."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import time
from contextlib import closing

import pytest
from a_transfer import CONTENT, MIB, XSRF, ADownload, AnUpload, ask, put, refusal, told
from in_time import until

from qvirt_jupyter.console.transfer_wire import MAXIMUM_CHUNK

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
    with closing(socket.create_connection(("127.0.0.1", a_server.port), timeout=90)) as client:
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
    with closing(socket.create_connection(("127.0.0.1", a_server.port), timeout=90)) as client:
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
    with closing(socket.create_connection(("127.0.0.1", a_server.port), timeout=90)) as client:
        client.sendall(
            f"PUT /user/x/qvirt/transfer?ticket={offer(upload)}&at=0 HTTP/1.1\r\nHost: 127.0.0.1:"
            f"{a_server.port}\r\nCookie: {a_server.cookie}; _xsrf={XSRF}\r\n"
            f"Origin: {a_server.origin}\r\nX-XSRFToken: {XSRF}\r\n"
            f"Content-Length: {MAXIMUM_CHUNK + 1}\r\n\r\n".encode()
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 413")
