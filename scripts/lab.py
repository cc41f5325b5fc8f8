"""Open JupyterLab on the Virtual Machine Manager, with a real guest running: `make lab`.

Run by the Python of .venv. Everything that it starts ends with it, unless --keep is given.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.error import URLError

import lab_guest
import lab_user
from jupyter_core.paths import jupyter_runtime_dir

from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.provision import demo_host, readiness
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections

if TYPE_CHECKING:
    from types import FrameType

CHECKOUT: Final = Path(__file__).resolve().parent.parent
MANAGER_URL: Final = "/lab?qvirt=manager"
SERVER_START: Final = 120.0
"""Seconds that JupyterLab gets to answer: on a cold disk it reads a few hundred megabytes."""
SERVER_END: Final = 20.0
"""Seconds that JupyterLab and its kernels get to end."""
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    """Run the lab; return the exit status."""
    options = parse(arguments)
    if options.url_file is not None:
        _empty(options.url_file)
    if os.geteuid() == 0:
        # libvirt gives root no session of its own (https://libvirt.org/drvqemu.html).
        lab_user.continue_as_lab_user(CHECKOUT, arguments, options.url_file)
    for number in SIGNALS:
        signal.signal(number, _stop)
    with ExitStack() as end:
        try:
            # Looking whether libvirt is there starts its daemon, so this comes before that.
            end.callback(lab_guest.Daemons().end)
            ready = readiness()
            print(ready, flush=True)
            if options.check:
                return 0 if ready else 1
            return _run(options, ready.accelerator, end)
        except Stopped as stopped:
            print(f"\n{stopped}: putting everything away", flush=True)
            return 0
        finally:
            # A second Ctrl+C while things are put away must not leave half of them.
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)


def _run(options: argparse.Namespace, accelerator: str, end: ExitStack) -> int:
    """Start everything and wait; what is to be done at the end is left with ``end``."""
    guest = None if options.demo else lab_guest.LabGuest(add_tablet=options.add_tablet)
    if guest is not None and not options.keep and not options.prepare:
        end.callback(guest.end)
    uri = demo_host() if guest is None else _start(guest, accelerator)
    _show_at_start(uri, end, stays=options.prepare or uri == lab_guest.URI)
    if options.prepare:
        return 0
    server = start_server(options)
    end.callback(end_server, server)
    url = address_of(server)
    print(f"\nJupyterLab: {url}")
    print(_how_it_ends(guest if uri == lab_guest.URI else None, keep=options.keep), flush=True)
    if options.url_file is not None:
        # The process that ends everything when it is ended is this one.
        write_url(options.url_file, {"url": url, "pid": os.getpid()})
        end.callback(forget_url, options.url_file)
    return server.wait()


def _show_at_start(uri: str, end: ExitStack, *, stays: bool) -> None:
    """Have the manager open a host when it starts; ``stays``: also after this lab."""
    known = saved_connections.get(uri)
    try:
        saved_connections.add(replace(known or SavedConnection(uri), autoconnect=True))
    except OSError as error:
        print(f"The manager will not open {uri} by itself: {error}")
        return
    if known is None and not stays:
        end.callback(_forget, uri)


def _forget(uri: str) -> None:
    # Others may have been added in the manager meanwhile.
    saved_connections.reload()
    try:
        saved_connections.remove(uri)
    except OSError as error:
        print(f"The manager will open {uri} next time too: {error}")


def _empty(url_file: Path) -> None:
    """See that the file can be written, and that what an earlier run wrote misleads nobody."""
    try:
        write_url(url_file, {})
    except OSError as error:
        raise SystemExit(f"--url-file: {error}") from error


def write_url(path: Path, facts: dict[str, str | int]) -> None:
    """Write the file for a program that waits for the lab; it has the token, so it is private."""
    # In place: it may be a descriptor that root has left us.
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(facts), encoding="utf-8")


def forget_url(path: Path) -> None:
    """Remove what is not true any more, or empty it where it is not ours to remove."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        path.write_text("", encoding="utf-8")


class Stopped(BaseException):
    """A signal asked for the end; like KeyboardInterrupt it is no error."""


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(signal.Signals(number).name)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make lab LAB_ARGS=...", description=__doc__)
    parser.add_argument("--port", type=int, help="TCP port on loopback (default: a free one)")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    parser.add_argument("--keep", action="store_true", help="leave the guest running at the end")
    parser.add_argument("--demo", action="store_true", help="a made-up host instead of QEMU")
    parser.add_argument(
        "--add-tablet", action="store_true", help="give a guest of an earlier version a tablet"
    )
    parser.add_argument(
        "--check", action="store_true", help="say what this machine can do, and end"
    )
    parser.add_argument("--prepare", action="store_true", help="start the guest, but no JupyterLab")
    parser.add_argument("--url-file", type=Path, help="write URL and process id there (JSON)")
    return parser.parse_args(arguments)


def _start(guest: lab_guest.LabGuest, accelerator: str) -> str:
    """Start the guest and return the URI to show; the made-up host's where that fails."""
    print(f"\nStarting the guest {lab_guest.NAME!r} ({accelerator.upper()})", flush=True)
    try:
        page = guest.start()
    except (QvirtError, OSError, subprocess.SubprocessError) as error:
        print(f"There is no guest: {error}")
        print("The manager opens on a made-up host of libvirt's test driver.")
        return demo_host()
    if page is not None:
        print(f"Its web page, once it is up: {page}")
    return lab_guest.URI


def _how_it_ends(guest: lab_guest.LabGuest | None, *, keep: bool) -> str:
    if guest is None or not guest.is_ours:
        return "Ctrl+C ends it."
    if keep:
        return f"Ctrl+C ends it; the guest {lab_guest.NAME!r} keeps running (--keep)."
    return f"Ctrl+C ends it and shuts the guest {lab_guest.NAME!r} down; --keep leaves it running."


def start_server(options: argparse.Namespace) -> subprocess.Popen[bytes]:
    """Start JupyterLab on loopback."""
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--log-level=WARN"),
            *(() if display and not options.no_browser else ("--no-browser",)),
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={options.port or 8888}",
            # Who names a port wants that one.
            f"--ServerApp.port_retries={0 if options.port else 50}",
            f"--ServerApp.root_dir={lab_user.notebook_folder(CHECKOUT)}",
            f"--LabApp.default_url={MANAGER_URL}",
        ],
        # The token goes in the environment, because others can read command lines.
        env={**os.environ, "JUPYTER_TOKEN": secrets.token_urlsafe(32)},
        stdin=subprocess.DEVNULL,
        # Ctrl+C is for us: Jupyter would ask whether it is meant.
        start_new_session=True,
    )


def address_of(server: subprocess.Popen[bytes]) -> str:
    """Wait until JupyterLab answers, and return the manager's address with the token."""
    # Each Jupyter server says in such a file where it listens.
    facts = Path(jupyter_runtime_dir()) / f"jpserver-{server.pid}.json"
    deadline = time.monotonic() + SERVER_START
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(f"JupyterLab ended at once, with status {server.returncode}.")
        try:
            found = json.loads(facts.read_text(encoding="utf-8"))
            with urllib.request.urlopen(f"{found['url']}api", timeout=2):  # noqa: S310 - our own server
                return f"{found['url'].rstrip('/')}{MANAGER_URL}&token={found['token']}"
        except (OSError, ValueError, URLError):  # not written yet, or not listening yet
            time.sleep(0.2)
    raise SystemExit(f"JupyterLab did not answer within {SERVER_START:.0f} seconds.")


def end_server(server: subprocess.Popen[bytes]) -> None:
    """End JupyterLab; it ends its kernels itself."""
    if server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(SERVER_END)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
