"""The kernel's end of displays that it carries: one private unix socket for all of them.

The Jupyter server opens local displays by itself. It cannot where the connection needed
credentials, which only the kernel has, or where the display is another host's. Then its ticket
names this socket and an id. What it asks is one line of JSON, and what it gets is another (see
:mod:`qvirt_jupyter.console.transfer_wire`); after the answer to ``open`` the connection is the
display's.

=========  ===========================  ==========================================================
``do``     else in the request          what follows
=========  ===========================  ==========================================================
``look``                                ``{}``, or why it could not be opened; nothing is opened
``open``   ``skip_password``            ``{}`` and then the display's bytes, or why not
=========  ===========================  ==========================================================

Refusals that a page treats in its own way: ``machine-stopped``, ``host-away`` (it is tried again by
itself) and ``route-gone`` (ask the kernel, who may have to ask a person).
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._temporary_folders import make_temporary_folder, remove_temporary_folder
from qvirt_jupyter.console.carried_display import CarriedDisplay, route_gone
from qvirt_jupyter.console.refusal import Refusal
from qvirt_jupyter.console.targets import CarriedTarget
from qvirt_jupyter.console.transfer_wire import LINE, line_of, read_line, refusal_line

if TYPE_CHECKING:
    from pathlib import Path

    from qvirt_jupyter.hypervisor import Display, Domain

_LOG = logging.getLogger(__name__)
ASKING: Final = 10.0
"""Seconds that the server may take for its line."""
_CREDENTIALS: Final = struct.Struct("3i")  # struct ucred of unix(7): pid, uid, gid


class DisplayService:
    """Serves displays until the process ends; made when the first one is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._displays: dict[tuple[str, str, int, str], CarriedDisplay] = {}
        self._folder: Path | None = None
        self._listener: socket.socket | None = None

    def offer(self, domain: Domain, display: Display) -> CarriedDisplay:
        """Return the display as it is served; :meth:`withdraw` it as often as it was offered."""
        key = (domain.connection.uri, domain.uuid, display.index, display.type)
        with self._lock:
            if self._listener is None:
                self._listen()
            found = self._displays.get(key)
            if found is None:
                found = self._displays[key] = CarriedDisplay(domain, display)
            found.users += 1
            return found

    def target(self, carried: CarriedDisplay) -> CarriedTarget:
        """Return what a ticket for a display names."""
        return CarriedTarget(str(self._path()), carried.id, carried.type)

    def withdraw(self, carried: CarriedDisplay) -> None:
        """Serve it no more, once nobody offers it."""
        with self._lock:
            carried.users -= 1
            if carried.users > 0:
                return
            for key, found in list(self._displays.items()):
                if found is carried:
                    del self._displays[key]
        carried.close()

    def close(self) -> None:
        """Serve nothing any more."""
        with self._lock:
            listener, self._listener = self._listener, None
            folder, self._folder = self._folder, None
            carried = list(self._displays.values())
            self._displays.clear()
        if listener is not None:
            # close() alone would leave the thread in accept().
            try:
                listener.shutdown(socket.SHUT_RDWR)
            finally:
                listener.close()
        for each in carried:
            each.close()
        if folder is not None:
            remove_temporary_folder(folder)

    def _path(self) -> Path:
        if self._folder is None:
            raise RuntimeError("Nothing is served.")
        return self._folder / "serve"

    def _listen(self) -> None:
        # As for transfers: 0700, and a path that is short enough for a socket.
        self._folder = make_temporary_folder("displays")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path()))
        self._path().chmod(0o600)
        self._listener.listen()
        threading.Thread(
            target=self._accept, args=(self._listener,), name="qvirt-displays", daemon=True
        ).start()
        atexit.register(self.close)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                browser, _address = listener.accept()
            except OSError:
                # It was closed.
                return
            threading.Thread(
                target=self._serve, args=(browser,), name="qvirt-display", daemon=True
            ).start()

    def _serve(self, browser: socket.socket) -> None:
        with browser:
            peer = browser.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            if _CREDENTIALS.unpack(peer)[1] != os.geteuid():
                return
            browser.settimeout(ASKING)
            try:
                self._answer(browser)
            except (OSError, ValueError) as error:
                _LOG.info("A viewer was broken off: %s", error)

    def _answer(self, browser: socket.socket) -> None:
        with browser.makefile("rb", buffering=0) as reader:
            asked = read_line(reader.readline(LINE))
        try:
            carried = self._find(asked.get("id"))
            match asked:
                case {"do": "look"}:
                    carried.look()
                    browser.sendall(line_of({}))
                    return
                case {"do": "open", "skip_password": bool(skip_password)}:
                    opened = carried.open(skip_password=skip_password)
                case _:
                    raise ValueError("This is no request for a display.")
        except Refusal as refusal:
            browser.sendall(refusal_line(refusal))
            return
        with contextlib.ExitStack() as stack:
            stack.callback(opened.close)
            browser.sendall(line_of({}))
            stack.pop_all()
        carried.carry(opened, browser)

    def _find(self, key: Any) -> CarriedDisplay:  # noqa: ANN401 - what a stranger sent
        with self._lock:
            for carried in self._displays.values():
                if carried.id == key:
                    return carried
        raise route_gone()


service: Final = DisplayService()
"""The one of this process."""
