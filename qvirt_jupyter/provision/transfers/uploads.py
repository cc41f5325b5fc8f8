"""The uploads of this process: what runs, and what was left half-way."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.publisher import Subscribers

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Subscription
    from qvirt_jupyter.provision.transfers.upload import Upload


class Uploads:
    """All uploads that are not over, or that failed and were not looked at yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uploads: list[Upload] = []
        self._subscribers: Subscribers[[Upload]] = Subscribers()

    def of(self, uri: str) -> tuple[Upload, ...]:
        """Return those of a connection, the oldest first."""
        with self._lock:
            return tuple(each for each in self._uploads if each.pool.connection.uri == uri)

    def add(self, upload: Upload) -> None:
        """Take note of a new one."""
        with self._lock:
            self._uploads.append(upload)
        self.changed(upload)

    def dismiss(self, upload: Upload) -> None:
        """Forget one that is over."""
        with self._lock:
            if upload in self._uploads:
                self._uploads.remove(upload)
        self.changed(upload)

    def changed(self, upload: Upload) -> None:
        """Tell the subscribers that one is in another state; what is done or given up goes."""
        if upload.state.is_over and upload.error is None:
            with self._lock:
                self._uploads = [each for each in self._uploads if each is not upload]
        publisher.post(("upload", id(upload)), lambda: self._subscribers.call(upload))

    def subscribe(self, callback: Callable[[Upload], object]) -> Subscription:
        """Call the callback on the publisher thread when one comes, changes or goes."""
        return self._subscribers.add(callback)


uploads: Final = Uploads()
