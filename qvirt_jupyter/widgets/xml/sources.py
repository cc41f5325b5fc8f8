"""Where the XML of an editor comes from and goes to: a stored definition, or one device of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Device
from qvirt_jupyter.documents import Domain as DomainDocument
from qvirt_jupyter.documents.devices.stored_devices import stored_devices, with_device
from qvirt_jupyter.hypervisor import ConnectionLost, EditConflict, InvalidDefinition, publisher

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from qvirt_jupyter.documents.devices.stored_devices import StoredDevice
    from qvirt_jupyter.hypervisor import EditResult
    from qvirt_jupyter.widgets.details.drafted_machine import Machine


class XmlSource(Protocol):
    """A text that is stored somewhere; reading and writing it may take a while."""

    @property
    def key(self) -> str:
        """What tells it from other texts."""

    @property
    def label(self) -> str:
        """What people call it."""

    @property
    def root(self) -> str:
        """The name of its root element; empty for that of any device."""

    def in_background(self, work: Any) -> Future[Any]:  # noqa: ANN401 - a function of any result
        """Run something that reads or writes it, where that may wait."""

    def read(self) -> str:
        """Return what is stored, passwords included; empty where it is gone."""

    def write(self, text: str, over: str) -> EditResult:
        """Store a text in place of the one that it was made of."""


def ask(
    source: XmlSource,
    work: Callable[[], Any],
    then: Callable[[Any], object],
    failed: Callable[[BaseException], object],
) -> None:
    """Do something that waits in the background, and go on on the publisher thread.

    Parameters
    ----------
    source
        What it is about.
    work
        What waits.
    then
        Called with its result.
    failed
        Called with what it raised.
    """

    def done(future: Future[Any]) -> None:
        error = future.exception()
        publisher.post(None, lambda: failed(error) if error is not None else then(future.result()))

    try:
        source.in_background(work).add_done_callback(done)
    except ConnectionLost as error:
        lost = error
        publisher.post(None, lambda: failed(lost))


class StoredDefinition:
    """The definition of a machine that counts from its next start.

    Parameters
    ----------
    domain
        The machine.
    """

    key = "domain"
    root = "domain"

    def __init__(self, domain: Machine) -> None:
        self._domain = domain

    @property
    def label(self) -> str:
        """That it is the whole."""
        return str(_("Whole definition"))

    def in_background(self, work: Any) -> Future[Any]:  # noqa: ANN401 - a function of any result
        """Run it in the pool of the machine's connection.

        Raises
        ------
        ConnectionLost
            It has none.
        """
        return self._domain.connection.pool.submit(work)

    def read(self) -> str:
        """Return the stored definition; that of the running machine where nothing is stored."""
        # Whoever may not write may not read passwords either.
        may_write = not self._domain.connection.features.reason("write")
        return self._domain.xml(inactive=True, secure=may_write)

    def write(self, text: str, over: str) -> EditResult:
        """Store it; the running machine stays as it is until it starts again.

        A transient machine has nothing that is stored: what it can it takes over at once.

        Raises
        ------
        QvirtError
            It was not stored.
        InvalidDocument
            It is not XML of a machine.
        """
        is_transient = not self._domain.persistent
        return self._domain.edit(DomainDocument.parse(over), live=is_transient).replace(text)


class StoredDeviceXml(StoredDefinition):
    """One device in that definition.

    Parameters
    ----------
    domain
        The machine.
    device
        The device, as it was found in the stored definition.
    """

    def __init__(self, domain: Machine, device: StoredDevice) -> None:
        super().__init__(domain)
        self._device = device
        self.key = f"{device.tag} {device.number}"
        self.root = device.tag

    @property
    def label(self) -> str:
        """What a list calls the device."""
        return self._device.label

    def read(self) -> str:
        """Return its element, unindented; empty where it was removed."""
        found = self._find(DomainDocument.parse(super().read()))
        return found.xml + "\n" if found is not None else ""

    def write(self, text: str, over: str) -> EditResult:
        """Put it in the place of the device in the stored definition (XML-05).

        Raises
        ------
        EditConflict
            The device is not as it was read.
        QvirtError
            It was not stored.
        InvalidDocument
            It is not XML of such a device.
        """
        whole = super().read()
        document = DomainDocument.parse(whole)
        found = self._find(document)
        if (found.xml.strip() if found is not None else "") != over.strip():
            raise EditConflict(
                _("Somebody else changed this device since it was read; nothing was written."),
                subject=self._domain.subject,
                next_step=_("Look at both changes and edit it again."),
            )
        changed = with_device(document, found, text, self._device.tag)
        return super().write(changed, over=whole)

    def _find(self, document: DomainDocument) -> StoredDevice | None:
        return next(
            (
                each
                for each in stored_devices(document)
                if (each.tag, each.number) == (self._device.tag, self._device.number)
            ),
            None,
        )


class NewDeviceXml(StoredDefinition):
    """A device that the machine does not have: what is typed is added to it.

    Parameters
    ----------
    domain
        The machine.
    """

    key = "new"
    # Any device.
    root = ""

    @property
    def label(self) -> str:
        """That there is none yet."""
        return str(_("New device…"))

    def read(self) -> str:
        """Return nothing: it is not stored before it is added."""
        return ""

    def write(self, text: str, over: str) -> EditResult:  # noqa: ARG002 - it is made of nothing
        """Add it: to the running machine too, where that takes it.

        Raises
        ------
        QvirtError
            It was not added.
        InvalidDocument
            It is not XML of a device.
        """
        device = documents.parse(text)
        if not isinstance(device, Device):
            raise InvalidDefinition(
                _("A <{tag}> is no device of a virtual machine.").format(tag=device.tag),
                subject=self._domain.subject,
                next_step=_("Begin with the element of a device, such as <disk>."),
            )
        return self._domain.attach(device)
