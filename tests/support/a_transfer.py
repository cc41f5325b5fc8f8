"""A volume and a file in memory that go through a Jupyter server, and how a page asks for them."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
from http import HTTPStatus

from qvirt_jupyter.console import Refusal

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
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=90)
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
