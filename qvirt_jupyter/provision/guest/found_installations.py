"""Installations that were begun by a kernel that is gone: they are found and followed."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.hypervisor import Domain, QvirtError
from qvirt_jupyter.provision.guest.installation import Installation
from qvirt_jupyter.provision.guest.installation_claim import InstallationClaim

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.hypervisor.publisher import Subscription
    from qvirt_jupyter.hypervisor.records import DomainRecord

_LOG: Final = logging.getLogger(__name__)
THREAD_NAME: Final = "qvirt-found-installation"


class FoundInstallations:
    """Follows the installations of connections, each when nobody else does any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[tuple[str, str]] = set()

    def follow(self, connection: Connection) -> Subscription:
        """Follow all that are found on a connection, until the subscription is closed.

        One that was found is followed to its end all the same.
        """

        def look(batch: Batch) -> None:
            self._take_up(connection, (*batch.added, *batch.changed))

        subscription = connection.inventory.subscribe(look)
        self._take_up(connection, connection.inventory.snapshot().domains)
        return subscription

    def _take_up(self, connection: Connection, records: Iterable[object]) -> None:
        for record in records:
            if getattr(record, "is_installing", False) and connection.features.write:
                self._wait_for(connection, record)  # type: ignore[arg-type] # only machines have it

    def _wait_for(self, connection: Connection, record: DomainRecord) -> None:
        key = (connection.uri, record.uuid)
        with self._lock:
            if key in self._waiting:
                return
            self._waiting.add(key)

        def wait() -> None:
            try:
                _follow_when_free(Domain(connection, record.uuid, record.name))
            except QvirtError as error:
                # It has ended meanwhile, or the connection has.
                _LOG.info("The installation of %s is not followed: %s", record.name, error)
            finally:
                with self._lock:
                    self._waiting.discard(key)

        # It may wait as long as the other kernel lives.
        threading.Thread(target=wait, name=THREAD_NAME, daemon=True).start()


def _follow_when_free(machine: Domain) -> None:
    claim = InstallationClaim(machine.uuid)
    claim.take(wait=True)
    try:
        still = machine.is_active and machine.document().metadata.installing
        installation = Installation(machine, claim) if still else None
    except BaseException:
        claim.give_back()
        raise
    if installation is None:
        claim.give_back()
    else:
        installation.follow()


found_installations: Final = FoundInstallations()
"""Those of this process."""
