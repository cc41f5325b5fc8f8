"""What the bridge of consoles costs, against websockify in front of the same targets, in one run.

Each figure is taken by turns of both: an echo and a stream through a unix socket, and the time from
a key to the pixels that it changes on the screen of a real QEMU machine.
`.venv/bin/python benchmarks/bench_consoles.py`
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket
import websocket

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
import a_console_host
from a_jupyter_server import BASE_URL, running_server

from qvirt_jupyter.console import DisplayTarget, SocketTarget, issue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qvirt_jupyter.console import Target

Opened = TypeVar("Opened")

WAYS = (
    "our bridge",
    "websockify",
    "websockify behind jupyter-server-proxy",
    "a bare handler of tornado, which has no target",
)
ROUNDS, ECHOES, STREAM = 10, 1000, 256 * 1024**2
SETTLING = 0.3
"""Seconds after which what a server does for a connection that opens is over."""
KEYS = 60
LATENCY_GOAL = 1.0
"""Of our latency, in that of websockify: at most."""
THROUGHPUT_GOAL = 2.0
"""Of our throughput, in that of websockify: at least."""
GRUB = Path("/usr/lib/grub-rescue/grub-rescue-cdrom.iso")
DISC = (
    "<disk type='file' device='cdrom'><source file='{}'/><target dev='sda' bus='sata'/>"
    "<readonly/></disk>"
)
SCREEN = "<graphics type='vnc'><listen type='socket' socket='{}'/></graphics>"
OPTIONS: dict[str, Any] = {
    "subprotocols": ["binary"],
    "timeout": 60,
    # As browsers do.
    "sockopt": [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
}
_BLOCK = 1024**2
_HEADER = 2
_ECHO = _HEADER + 8
"""Bytes of a header without more, and of an echo."""
_MORE = {126: 2, 127: 8}
"""What stands in a frame for its length, and how many bytes say it then (RFC 6455, 5.2)."""
_TICKS = os.sysconf("SC_CLK_TCK")
_FIRMWARE_MENU = "<bootmenu enable='yes' timeout='65000'/>"
_UPDATE, _BELL, _CUT_TEXT = 0, 2, 3  # https://www.rfc-editor.org/rfc/rfc6143#section-7.6
_UP, _DOWN = 0xFF52, 0xFF54  # keysyms of X11
_LARGE = 5000  # pixels: more than a cursor has, and less than the bar of a menu


# -- the three processes beside this one ----------------------------------------------------------


def serve(folder: str) -> None:
    """Be a Jupyter server with our bridge until the standard input ends."""
    with running_server(Path(folder)) as server:
        print(f"{server.port} {server.cookie}", flush=True)
        sys.stdin.read()


def be_target(path: str) -> None:
    """Be a unix socket that sends back what it gets; ``S`` and 8 bytes ask for so many bytes."""
    block = bytes(_BLOCK)

    def answer(client: socket.socket) -> None:
        with client:
            while data := client.recv(_BLOCK):
                if data[:1] != b"S":
                    client.sendall(data)
                    continue
                for _number in range(struct.unpack("!Q", data[1:9])[0] // _BLOCK):
                    client.sendall(block)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("listening", flush=True)
        while True:
            client, _address = listener.accept()
            threading.Thread(target=answer, args=(client,), daemon=True).start()


def serve_barely() -> None:
    """Be a WebSocket of tornado's that answers as the target does, until it is ended."""
    block = bytes(64 * 1024)

    class Answer(tornado.websocket.WebSocketHandler):
        def check_origin(self, _origin: str) -> bool:
            return True

        def select_subprotocol(self, _subprotocols: list[str]) -> str:
            return "binary"

        def open(self) -> None:
            self.set_nodelay(True)

        async def on_message(self, message: bytes) -> None:
            if message[:1] != b"S":
                await self.write_message(message, binary=True)
                return
            for _number in range(struct.unpack("!Q", message[1:9])[0] // len(block)):
                await self.write_message(block, binary=True)

    async def run() -> None:
        (listener,) = tornado.netutil.bind_sockets(0, "127.0.0.1")
        tornado.httpserver.HTTPServer(tornado.web.Application([("/", Answer)])).add_socket(listener)
        print(listener.getsockname()[1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


@contextlib.contextmanager
def beside(*arguments: str) -> Iterator[tuple[str, int]]:
    """Run this script in another process; give the first line that it prints, and its number."""
    command = [sys.executable, __file__, *arguments]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()


@contextlib.contextmanager
def websockify_for(path: str) -> Iterator[tuple[int, int]]:
    """Run websockify in front of a unix socket; give its port, and the process's number."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "websockify", f"--unix-target={path}", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 20
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    if process.poll() is not None or time.monotonic() > end:
                        raise
                    time.sleep(0.05)
            yield port, process.pid
        finally:
            process.terminate()


class Bridged:
    """The Jupyter server of this run.

    Parameters
    ----------
    line
        What :func:`serve` printed.
    process
        Its number.
    """

    def __init__(self, line: str, process: int) -> None:
        self.process = process
        port, self._cookie = line.split(" ", 1)
        self._address = f"127.0.0.1:{port}"

    def open(self, target: Target) -> websocket.WebSocket:
        """Open a console as a browser does."""
        return self._connect(f"qvirt/console?ticket={issue(target).id}")

    def proxied(self, port: int) -> websocket.WebSocket:
        """Open a connection to a port, behind the login of the server."""
        return self._connect(f"proxy/{port}/")

    def _connect(self, path: str) -> websocket.WebSocket:
        return websocket.create_connection(
            f"ws://{self._address}{BASE_URL}{path}",
            cookie=self._cookie,
            origin=f"http://{self._address}",
            **OPTIONS,
        )


def plain(port: int) -> websocket.WebSocket:
    """Open a connection to websockify, which asks for no login."""
    return websocket.create_connection(f"ws://127.0.0.1:{port}/", **OPTIONS)


# -- what is measured -----------------------------------------------------------------------------


def echo(client: websocket.WebSocket) -> list[float]:
    """Return how long some small messages took to come back, in seconds."""
    frame = websocket.ABNF.create_frame(b"eight by", websocket.ABNF.OPCODE_BINARY).format()
    found = []
    for _number in range(ECHOES):
        begin = time.perf_counter()
        client.sock.sendall(frame)
        came = 0
        while came < _ECHO:
            came += len(client.sock.recv(_ECHO - came))
        found.append(time.perf_counter() - begin)
    return found


def stream(client: websocket.WebSocket) -> list[float]:
    """Return how many bytes came in a second."""
    begin = time.perf_counter()
    client.send_binary(b"S" + struct.pack("!Q", STREAM))
    count(client.sock, STREAM)
    return [STREAM / (time.perf_counter() - begin)]


def count(sock: socket.socket, size: int) -> None:
    """Read so many bytes of messages, at less cost than the client's library has for it.

    It takes frames to pieces of 16 KiB, and would be what is measured.
    """
    block = memoryview(bytearray(_BLOCK))
    header, payload = b"", 0
    while size > 0:
        end, at = sock.recv_into(block), 0
        if not end:
            raise RuntimeError("The stream ended early.")
        while at < end:
            if payload:
                step = min(payload, end - at)
                at, payload, size = at + step, payload - step, size - step
                continue
            header += block[at : at + 1]
            at += 1
            if len(header) < _HEADER or len(header) < _HEADER + _MORE.get(header[1], 0):
                continue
            payload = int.from_bytes(header[_HEADER:], "big") or header[1]
            header = b""


def processor_seconds(processes: Sequence[int]) -> float:
    """Return the processor time of processes and of what they have started."""
    ticks = 0
    for process in processes:
        folder = Path(f"/proc/{process}")
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
        children = (folder / "task" / str(process) / "children").read_text().split()
        ticks += round(processor_seconds([int(child) for child in children]) * _TICKS)
    return ticks / _TICKS


class Viewer:
    """As much of a VNC viewer (RFC 6143) as it takes to see that something has changed.

    Parameters
    ----------
    client
        The WebSocket that leads to the display.
    """

    def __init__(self, client: websocket.WebSocket) -> None:
        self._client, self._buffer = client, b""
        self._read(12)
        client.send_binary(b"RFB 003.008\n")
        self._read(self._read(1)[0])
        client.send_binary(b"\x01")
        self._read(4)
        client.send_binary(b"\x01")
        self._width, self._height = struct.unpack("!HH", self._read(4))
        self._read(16)
        self._read(struct.unpack("!I", self._read(4))[0])
        # Raw pixels, which this viewer can count.
        client.send_binary(struct.pack("!BxHi", 2, 1, 0))

    def key_to_pixel(self, keysym: int) -> float:
        """Press a key, and return the seconds until a large part of the screen is another one."""
        begin = time.perf_counter()
        self.press(keysym)
        self._ask()
        changed = self._take()
        while changed < _LARGE:
            # A cursor that blinks is no answer to a key, and a row may come in parts.
            self._ask()
            changed += self._take()
        return time.perf_counter() - begin

    def press(self, keysym: int) -> None:
        """Press a key."""
        for down in (1, 0):
            self._client.send_binary(struct.pack("!BBxxI", 4, down, keysym))

    def catch_up(self) -> None:
        """Take the whole screen as it is now."""
        self._ask(changes=False)
        while self._take() < self._width * self._height:
            continue

    def _ask(self, *, changes: bool = True) -> None:
        whole = struct.pack("!BBHHHH", 3, changes, 0, 0, self._width, self._height)
        self._client.send_binary(whole)

    def _take(self) -> int:
        """Read messages until one with pixels is read, and return how many they are."""
        while True:
            kind = self._read(1)[0]
            if kind == _UPDATE:
                (rectangles,) = struct.unpack("!xH", self._read(3))
                pixels = 0
                for _number in range(rectangles):
                    width, height = struct.unpack("!4xHH4x", self._read(12))
                    self._read(width * height * 4)
                    pixels += width * height
                return pixels
            if kind == _CUT_TEXT:
                self._read(struct.unpack("!3xI", self._read(7))[0])
            elif kind != _BELL:
                raise RuntimeError(f"The display sent a message of kind {kind}.")

    def _read(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._buffer += self._client.recv()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data


def by_turns(
    ways: Sequence[Opened], measure: Callable[[Opened], list[float]], rounds: int = ROUNDS
) -> list[list[float]]:
    """Measure all ways, one after the other, several times."""
    found: list[list[float]] = [[] for _way in ways]
    for _round in range(rounds):
        for way, values in zip(ways, found, strict=True):
            values.extend(measure(way))
    return found


def say(what: str, found: Sequence[list[float]], unit: str, goal: float, *, is_rate: bool) -> None:
    """Print the medians of all ways, and what ours is of the others.

    With them, what the best tenth reached, which shows what other work on the machine took, and
    what nearly all did.
    """
    medians = [statistics.median(values) for values in found]
    for way, median, values in zip(WAYS, medians, found, strict=False):
        tail = statistics.quantiles(values, n=20)
        best, worst = (tail[-2], tail[0]) if is_rate else (tail[1], tail[-1])
        print(f"{what}, {way}: {median:,.3f} {unit} (10 % {best:,.3f}, 95 % {worst:,.3f})")
    for way, median in zip(WAYS[1:3], medians[1:3], strict=True):
        ratio = medians[0] / median
        is_met = ratio >= goal if is_rate else ratio <= goal
        word = "at least" if is_rate else "at most"
        missed = "" if is_met else ", MISSED"
        print(f"    {ratio:.2f} of {way} (goal {word} {goal}{missed})")


def measure_sockets(bridged: Bridged, folder: Path) -> None:
    """Print latency and throughput through a unix socket."""
    path = str(folder / "target")
    with (
        beside("target", path),
        websockify_for(path) as (port, websockify),
        beside("barely") as (bare_port, barely),
    ):
        # Opened anew at each turn: nobody answers a ping here.
        ways = (
            lambda: bridged.open(SocketTarget(path)),
            lambda: plain(port),
            lambda: bridged.proxied(port),
            lambda: plain(int(bare_port)),
        )

        def echoed(way: Callable[[], websocket.WebSocket]) -> list[float]:
            with contextlib.closing(way()) as client:
                time.sleep(SETTLING)
                return [1e3 * each for each in echo(client)]

        found = by_turns(ways, echoed)
        say("echo of 8 bytes", found, "ms", LATENCY_GOAL, is_rate=False)
        carriers = ((bridged.process,), (websockify,), (bridged.process, websockify), (barely,))
        spent = dict.fromkeys(WAYS, 0.0)

        def streamed(number: int) -> list[float]:
            with contextlib.closing(ways[number]()) as client:
                before = processor_seconds(carriers[number])
                rates = [each / 1e6 for each in stream(client)]
                spent[WAYS[number]] += processor_seconds(carriers[number]) - before
                return rates

        found = by_turns(range(len(WAYS)), streamed)
        say("stream", found, "MB/s", THROUGHPUT_GOAL, is_rate=True)
        for way, seconds in spent.items():
            print(f"processor time for 1 GB, {way}: {seconds / STREAM / ROUNDS * 1e9:.2f} s")


def measure_screen(bridged: Bridged) -> None:
    """Print the time from a key to a pixel of GRUB's menu."""
    if lacking := a_console_host.missing() or ("" if GRUB.exists() else f"{GRUB} is missing"):
        print(f"key to pixel: not measured: {lacking}")
        return
    with a_console_host.a_running_host() as host:
        display = host.folder / "run" / "vnc"
        devices = DISC.format(GRUB) + SCREEN.format(display)
        text = a_console_host.MACHINE.format(name="web", displays=devices)
        domain = host.connection.defineXML(text.replace(_FIRMWARE_MENU, "<boot dev='cdrom'/>"))
        domain.create()
        target = DisplayTarget(host.uri, domain.UUIDString(), 0)
        with websockify_for(str(display)) as (port, _process):
            ways = (bridged.open(target), plain(port), bridged.proxied(port))
            viewers = [Viewer(client) for client in ways]
            go_to_the_menu(viewers[0])
            # The bar of the menu goes down, and at the next turn up again.
            keys = itertools.cycle((_DOWN, _UP))

            def press(viewer: Viewer) -> list[float]:
                viewer.catch_up()
                return [1e3 * viewer.key_to_pixel(next(keys))]

            found = by_turns(viewers, press, KEYS)
        say("key to pixel", found, "ms", LATENCY_GOAL, is_rate=False)


def go_to_the_menu(viewer: Viewer) -> None:
    """Wait for GRUB's menu, whose clock stops at the first key."""
    for _number in range(20):
        for key in (_DOWN, _UP):
            viewer.press(key)
            time.sleep(1)


def main() -> None:
    """Print all of them."""
    print(f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="qvirt-") as name:
        folder = Path(name)
        os.environ["JUPYTER_RUNTIME_DIR"] = str(folder / "runtime")
        os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
        with beside("serve", name) as (line, process):
            bridged = Bridged(line, process)
            measure_sockets(bridged, folder)
            measure_screen(bridged)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", folder_name]:
            serve(folder_name)
        case ["target", socket_path]:
            be_target(socket_path)
        case ["barely"]:
            serve_barely()
        case _:
            main()
