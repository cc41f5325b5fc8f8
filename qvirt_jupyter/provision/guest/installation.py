"""Watches an installation, and starts the machine again when it has ended.

The first start has a definition of its own, in which a reboot is the end, and a mark: libvirt
forgets both with that start. What stays is defined already, so a kernel that goes away meanwhile
loses nothing; the next one finds the mark and follows on. Whether another start follows:

::

    the machine stopped because                      it is started again
    its system rebooted or powered off               yes
    it crashed, or could not go on                   no
    somebody here shut it down, rebooted or reset    no
      it, forced it off, saved or migrated it
    somebody elsewhere pressed its power button,     no
      or forced it off
    the guest agent shut it down for somebody        yes: an installer has none
      elsewhere
    its state was saved, or it was migrated          no
    it is gone, or runs anew already                 no
"""

from __future__ import annotations

import logging
import re
import threading
import time
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import (
    ConnectionLost,
    ConnectionState,
    Job,
    JobState,
    NotFound,
    OperationCancelled,
    QvirtError,
    action_log,
)
from qvirt_jupyter.hypervisor.guest.end import GuestEnd

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.provision.guest.installation_claim import InstallationClaim

_LOG: Final = logging.getLogger(__name__)
THREAD_NAME: Final = "qvirt-installation"
SOON: Final = 2.0
"""Seconds between looks at a machine that the inventory has not told of yet."""
_INTERVENTIONS: Final = re.compile(
    r"\.(?:shutdown|reboot|reset|destroy|save|managed_save|restore|migrate)\("
)
_ENDED: Final = frozenset({libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN})
"""Why a machine is off that ended by itself."""


class Installation:
    """One machine whose system is being installed.

    Parameters
    ----------
    machine
        It runs with the definition of its first start.
    claim
        The right to follow it, which is taken already.
    """

    def __init__(self, machine: Domain, claim: InstallationClaim) -> None:
        self._machine = machine
        self._claim = claim
        self._end = GuestEnd(machine)
        self._begun = time.time()
        self._number = machine.connection.call(
            lambda raw: raw.lookupByUUIDString(machine.uuid).ID(), subject=machine.subject
        )
        self._look = threading.Event()
        self._is_told_of = False
        self.job: Job[Domain] = Job(
            _("Install {name}").format(name=machine.name),
            machine.subject,
            cancel=self._look.set,
        )
        """Ends with the machine, started again; cancelled where somebody stopped or deleted it."""

    def watch(self) -> Job[Domain]:
        """Watch on a thread of its own, and return the job of it."""
        threading.Thread(target=self.follow, name=THREAD_NAME, daemon=True).start()
        return self.job

    def follow(self) -> None:
        """Watch on this thread until it has ended."""
        self.job.run(self._follow)

    def _follow(self) -> Domain:
        try:
            return self._until_it_ended()
        finally:
            self._end.close()
            self._claim.give_back()

    def _unmark(self) -> None:
        """Let nobody else follow: somebody wants the machine left as it is."""

        def clear(raw: libvirt.virConnect) -> None:
            raw.lookupByUUIDString(self._machine.uuid).setMetadata(
                libvirt.VIR_DOMAIN_METADATA_ELEMENT,
                None,
                None,
                documents.INSTALLATION_METADATA_URI,
                libvirt.VIR_DOMAIN_AFFECT_LIVE,
            )

        try:
            self._machine.connection.call(clear, subject=self._machine.subject)
        except QvirtError as error:
            # It has ended just now, and the mark with it.
            _LOG.info("The mark of the installation stays: %s", error)

    def _until_it_ended(self) -> Domain:
        connection = self._machine.connection
        self.job.report(phase=_("The installer runs; when it ends, the machine starts again."))
        with connection.inventory.subscribe(self._on_batch), connection.observe(self._on_state):
            self._look.set()
            while True:
                # What came and went between two batches stands in none of them.
                self._look.wait(None if self._is_told_of else SOON)
                self._look.clear()
                if self.job.cancel_wanted:
                    self._unmark()
                    self.job.check_cancelled()
                if connection.state in (ConnectionState.CLOSED, ConnectionState.FAILED):
                    raise ConnectionLost(
                        _("The connection was closed before the installation ended."),
                        subject=self._machine.subject,
                        next_step=_("Start the machine when its installer is done."),
                    )
                if connection.state is not ConnectionState.CONNECTED:
                    continue
                self._listen()
                reason = self._why_off()
                if reason is not None:
                    break
        if reason in _ENDED and self._end.was_asked:
            raise self._stopped(_("Somebody asked the machine to shut down; it stays off."))
        if reason not in _ENDED or self._somebody_intervened():
            raise self._stopped(_("Somebody stopped the machine; it stays off."))
        self.job.report(phase=_("Starting the installed system"))
        self._machine.submit.start().result()
        return self._machine

    def _stopped(self, words: LazyString) -> OperationCancelled:
        """Return what says that nothing was installed to its end, as far as anybody knows."""
        self.job.report(phase=words)
        return OperationCancelled(words, subject=self._machine.subject)

    def _listen(self) -> None:
        try:
            self._end.listen()
        except ConnectionLost:
            # It comes back, or is closed: the state of the connection says so.
            return

    def _on_batch(self, batch: Batch) -> None:
        changed = any(
            getattr(record, "uuid", None) == self._machine.uuid
            for record in (*batch.added, *batch.changed)
        )
        gone = any(key.id == self._machine.uuid for key in batch.removed)
        self._is_told_of = self._is_told_of or changed
        if changed or gone:
            self._look.set()

    def _on_state(self, _connection: Connection) -> None:
        self._look.set()

    def _why_off(self) -> int | None:
        """Return libvirt's reason for its being off; -1 where it runs anew, None while it runs."""

        def ask(raw: libvirt.virConnect) -> int | None:
            domain = raw.lookupByUUIDString(self._machine.uuid)
            state, reason = domain.state()
            if state == libvirt.VIR_DOMAIN_SHUTOFF:
                return int(reason)
            if state == libvirt.VIR_DOMAIN_CRASHED or domain.ID() != self._number:
                return -1
            return None

        try:
            return self._machine.connection.call(ask, subject=self._machine.subject)
        except NotFound:
            raise self._stopped(_("The machine was deleted before its installer ended.")) from None
        except ConnectionLost:
            # It comes back, or is closed: the state of the connection says so.
            return None

    def _somebody_intervened(self) -> bool:
        return any(
            entry.subject is not None
            and entry.subject.uuid == self._machine.uuid
            and entry.started >= self._begun
            and entry.outcome is not JobState.FAILED
            and _INTERVENTIONS.search(entry.code)
            for entry in action_log.entries
        )
