"""The one gate to libvirt: every call goes through it, and a lost connection is noticed in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeVar

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import loss
from qvirt_jupyter.hypervisor.connection_facts import ConnectionFacts
from qvirt_jupyter.hypervisor.errors import ConnectionLost
from qvirt_jupyter.hypervisor.libvirt_errors import from_libvirt

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor.errors import Subject

_Result = TypeVar("_Result")


class ConnectionGate(ConnectionFacts, ABC):
    """The half of a connection that calls libvirt; :class:`Connection` opens and closes it."""

    def call(
        self, function: Callable[[libvirt.virConnect], _Result], *, subject: Subject | None = None
    ) -> _Result:
        """Run the function with libvirt's connection, in the pool, and return its result.

        Parameters
        ----------
        function
            What calls libvirt; it must not keep what it is given.
        subject
            The object concerned, for errors.

        Raises
        ------
        ConnectionLost
            It is not connected, or broke meanwhile.
        QvirtError
            libvirt refused: the error of the tree that fits.
        RuntimeError
            Called on libvirt's event thread.
        """
        return self._pool.run(lambda: self._call(function, subject))

    def domain_capabilities(
        self, document: documents.Domain
    ) -> documents.DomainCapabilities | None:
        """Return what the host offers to such a machine; asked once for each kind of machine.

        Parameters
        ----------
        document
            Its definition: emulator, architecture, machine type and hypervisor count.

        Returns
        -------
        DomainCapabilities or None
            None where the driver does not say.

        Raises
        ------
        QvirtError
            The connection is lost, or libvirt failed.
        """
        with self._lock:
            generation = self._generation
        return self._capabilities.of(document, generation, self.call)

    def _call(
        self, function: Callable[[libvirt.virConnect], _Result], subject: Subject | None
    ) -> _Result:
        with self._lock:
            raw, generation = self._raw, self._generation
            if raw is None:
                raise self._not_connected()
            call = self._calls.enter(subject)
        try:
            with call:
                return function(raw)
        except libvirt.libvirtError as error:
            if self._notice(raw, generation, error):
                raise ConnectionLost(
                    _("The connection broke."),
                    subject=subject or self.subject,
                    next_step=_("It is being tried again; wait a moment."),
                    code=error.get_error_code(),
                    details=str(error),
                ) from error
            raise from_libvirt(error, subject or self.subject) from error

    def _notice(
        self, raw: libvirt.virConnect, generation: int, error: libvirt.libvirtError
    ) -> bool:
        """Return whether an error means that the connection is lost; then begin to reconnect."""
        if generation != self._generation:
            return True
        if not loss.is_lost(raw, error):
            return False
        self._lost(generation, str(error))
        return True

    @abstractmethod
    def _lost(self, generation: int, reason: str) -> None:
        """Begin to reconnect, unless that generation has ended already."""
