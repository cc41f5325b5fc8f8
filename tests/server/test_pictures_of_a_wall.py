"""Who hears the pictures of a wall: they go through a kernel, which Jupyter guards, and no ticket."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import struct
import time
import uuid

import pytest
import websocket
from a_jupyter_server import BASE_URL

pytestmark = [pytest.mark.slow]

# A wall of the made-up host; each call is what a browser says that sees its tiles.
BEGIN = """
from qvirt_jupyter.hypervisor import connect
from qvirt_jupyter.widgets import wall
shown = wall(connect("test:///default"))
shown
"""
LOOK = """
import time
end = time.monotonic() + 60
while not shown.tiles and time.monotonic() < end:
    time.sleep(0.1)
keys = [tile.key for tile in shown.tiles]
shown._tiles._kept[keys[0]].asked = float("-inf")
shown._tiles._receive({"type": "look", "ids": keys, "missing": keys, "client": "w"})
"""
JPEG = b"\xff\xd8\xff"
STRANGERS = {
    "no login": {"cookie": None},
    "a wrong token": {"cookie": None, "header": ["Authorization: token wrong"]},
    "another site": {"origin": "https://evil.example"},
    "an opaque origin": {"origin": "null"},
}


def request(server, method, path, token=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    if token is not None:
        headers["Authorization"] = f"token {token}"
    connection.request(method, BASE_URL + path, body="{}", headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.fixture(scope="module")
def a_kernel(a_server):
    status, text = request(a_server, "POST", "api/kernels", a_server.token)
    assert status == 201, text
    key = json.loads(text)["id"]
    yield key
    assert request(a_server, "DELETE", f"api/kernels/{key}", a_server.token)[0] == 204


def channels(server, kernel, **options):
    """Open the kernel's channels as JupyterLab's page does, unless told otherwise."""
    options = {"cookie": server.cookie, "origin": server.origin} | options
    return websocket.create_connection(
        f"ws://127.0.0.1:{server.port}{BASE_URL}api/kernels/{kernel}/channels",
        timeout=60,
        **options,
    )


def run(client, code):
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "username": "",
        "session": uuid.uuid4().hex,
        "version": "5.3",
        "date": "",
    }
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    client.send(
        json.dumps(
            {
                "channel": "shell",
                "header": header,
                "parent_header": {},
                "metadata": {},
                "content": content,
            }
        )
    )


def parts_of(frame):
    """Return a message and its buffers: binary frames begin with how many parts, and where."""
    if isinstance(frame, str):
        return json.loads(frame), []
    (count,) = struct.unpack("!I", frame[:4])
    places = [*struct.unpack(f"!{count}I", frame[4 : 4 + 4 * count]), len(frame)]
    parts = [frame[begin:end] for begin, end in itertools.pairwise(places)]
    return json.loads(parts[0]), parts[1:]


def hear(client, condition):
    """Return all that is heard until something is as wanted."""
    heard = []
    end = time.monotonic() + 120
    while True:
        assert time.monotonic() < end, [message["msg_type"] for message, _buffers in heard]
        heard.append(parts_of(client.recv()))
        assert heard[-1][0]["msg_type"] != "error", heard[-1][0]["content"]
        if condition(*heard[-1]):
            return heard


def has_picture(_message, buffers):
    return any(bytes(each).startswith(JPEG) for each in buffers)


def is_done(message, _buffers):
    return message["msg_type"] == "execute_reply"


def test_only_who_is_signed_in_on_this_servers_own_page_hears_them(a_server, a_kernel):
    mine = channels(a_server, a_kernel)
    with contextlib.closing(mine):
        run(mine, BEGIN)
        shown = hear(mine, is_done)
        run(mine, LOOK)
        seen = hear(mine, has_picture)
        for stranger, options in STRANGERS.items():
            with pytest.raises(websocket.WebSocketBadStatusException) as caught:
                channels(a_server, a_kernel, **options)
            assert caught.value.status_code == 403, stranger
        # Nor does a stranger find out what there is, or look by a call of its own.
        assert request(a_server, "GET", "api/kernels")[0] == 403
        status, _text = request(
            a_server,
            "POST",
            "api/kernels",
            Cookie=a_server.cookie,
            Origin="https://evil.example",
        )
        assert status in {403, 404}
        # What a widget's state and the output of a cell have of it: no picture.
        for message, _buffers in shown:
            assert "image/" not in json.dumps(message["content"])
        states = [each for each in (*shown, *seen) if each[0]["msg_type"] == "comm_open"]
        assert states
        assert not any(has_picture(*each) for each in states)


def test_another_kernel_hears_none_of_them(a_server, a_kernel):
    status, text = request(a_server, "POST", "api/kernels", a_server.token)
    assert status == 201
    other = json.loads(text)["id"]
    mine, beside = channels(a_server, a_kernel), channels(a_server, other)
    with contextlib.closing(mine), contextlib.closing(beside):
        run(mine, BEGIN)
        hear(mine, is_done)
        run(mine, LOOK)
        hear(mine, has_picture)
        run(beside, "print('done')")
        assert not any(has_picture(*each) for each in hear(beside, is_done))
    assert request(a_server, "DELETE", f"api/kernels/{other}", a_server.token)[0] == 204
