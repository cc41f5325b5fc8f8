"""libvirt's event loop: one thread of the process, registered before the first connection.

Callbacks run on this thread and only put work into a queue: a remote call from here would wait for
an answer that only this thread can read.
https://libvirt.org/html/libvirt-libvirt-event.html#virEventRegisterDefaultImpl
"""

from __future__ import annotations

import logging
import threading
from typing import Final

import libvirt

_LOG = logging.getLogger(__name__)
THREAD_NAME: Final = "qvirt-events"
# Without any handle the default loop would sleep for ever; a slow timer lets it notice a stop.
_HEARTBEAT_MS: Final = 5000

_lock = threading.Lock()
_state: dict[str, threading.Thread] = {}
_stopping = threading.Event()


def _silence(_context: object, error: object) -> None:
    """Keep libvirt from printing on stderr what is raised as an exception anyway."""
    _LOG.debug("libvirt: %s", error)


def _beat(_timer: int, _opaque: object) -> None:
    """Do nothing: waking up is the point."""


def _run() -> None:
    while not _stopping.is_set():
        try:
            libvirt.virEventRunDefaultImpl()
        except libvirt.libvirtError:
            _LOG.exception("libvirt's event loop failed once; it goes on")
            _stopping.wait(0.1)


def start() -> None:
    """Register the loop and start its thread; more calls do nothing."""
    with _lock:
        thread = _state.get("thread")
        if thread is not None and thread.is_alive():
            return
        if thread is None:
            libvirt.registerErrorHandler(_silence, None)
            libvirt.virEventRegisterDefaultImpl()
            libvirt.virEventAddTimeout(_HEARTBEAT_MS, _beat, None)
        _stopping.clear()
        _state["thread"] = threading.Thread(target=_run, name=THREAD_NAME, daemon=True)
        _state["thread"].start()


def stop(timeout: float = 2.0) -> None:
    """End the thread, so that the interpreter does not exit under a running callback.

    Parameters
    ----------
    timeout
        Seconds to wait for it.
    """
    with _lock:
        thread = _state.get("thread")
        if thread is None or not thread.is_alive():
            return
        _stopping.set()
        # A timer that is due now wakes the loop's poll().
        timer = libvirt.virEventAddTimeout(0, _beat, None)
    thread.join(timeout)
    libvirt.virEventRemoveTimeout(timer)


def is_event_thread() -> bool:
    """Whether the caller runs on the event thread, where nothing may block."""
    return threading.current_thread() is _state.get("thread")
