"""A machine outside of all networks: a network namespace that tells who asks it something."""

from __future__ import annotations

import ipaddress
import subprocess
import sys
from contextlib import contextmanager

_SERVER = """
import http.server

class Told(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.client_address[0].encode())

    def log_message(self, *_arguments):
        pass

server = http.server.HTTPServer(("{address}", 80), Told)
print("ready", flush=True)
server.serve_forever()
"""
# For tests between networks: RFC 2544.
SUBNET = ipaddress.ip_network("198.18.77.0/30")
HOST, OUTSIDE = (str(address) for address in SUBNET.hosts())
_SPACE, _NEAR, _FAR = "qvirt-outside", "qvirt-near", "qvirt-far"


def missing():
    """Return why there can be none here, or an empty text."""
    done = _ip("netns", "add", "qvirt-probe", check=False)
    if done.returncode != 0:
        return f"no network namespace: {done.stderr.strip()}"
    _ip("netns", "delete", "qvirt-probe")
    return ""


@contextmanager
def an_outside():
    """Have it while the block runs; its value adds a way back to a subnet.

    It is one hop from the host, and knows the host only: whoever asks from a network of libvirt's
    gets an answer where the host stands for it, or where a way back was added.
    """
    _ip("netns", "add", _SPACE)
    server = None
    try:
        _ip("link", "add", _NEAR, "type", "veth", "peer", "name", _FAR, "netns", _SPACE)
        _ip("address", "add", f"{HOST}/30", "dev", _NEAR)
        _ip("link", "set", _NEAR, "up")
        _ip("-n", _SPACE, "address", "add", f"{OUTSIDE}/30", "dev", _FAR)
        _ip("-n", _SPACE, "link", "set", _FAR, "up")
        server = subprocess.Popen(
            [
                *("ip", "netns", "exec", _SPACE, sys.executable, "-c"),
                _SERVER.format(address=OUTSIDE),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout.readline() == "ready\n", "nobody answers outside"

        def way_back(subnet):
            _ip("-n", _SPACE, "route", "replace", str(subnet), "via", HOST)

        yield way_back
    finally:
        if server is not None:
            server.terminate()
            server.wait(60)
            server.stdout.close()
        _ip("link", "delete", _NEAR, check=False)
        _ip("netns", "delete", _SPACE)


def _ip(*arguments, check=True):
    return subprocess.run(["ip", *arguments], check=check, capture_output=True, text=True)
