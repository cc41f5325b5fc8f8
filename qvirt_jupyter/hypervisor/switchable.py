"""What networks and storage pools have in common: they are on or off, and may autostart."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import libvirt

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.editing.redefining import checked
from qvirt_jupyter.hypervisor.errors import QvirtError, WrongState
from qvirt_jupyter.hypervisor.handle import Handle

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor.editing.effects import EditResult


class Switchable(Handle):
    """A network or a storage pool."""

    _caption: ClassVar[LazyString]
    headings: ClassVar[tuple[LazyString, ...]]
    """What the cells of a table are called."""

    @staticmethod
    @abstractmethod
    def cells(found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        """Return the cells that tables show of one of libvirt's objects; in the pool of threads."""

    @property
    def is_active(self) -> bool:
        """Whether it is on."""
        return self._call(lambda found: bool(found.isActive()))

    @property
    def persistent(self) -> bool:
        """Whether libvirt keeps its definition when it stops."""
        return self._call(lambda found: bool(found.isPersistent()))

    @property
    def autostart(self) -> bool:
        """Whether it starts with its host."""
        return self._call(lambda found: bool(found.autostart()))

    def xml(self, *, inactive: bool = False) -> str:
        """Return its definition as libvirt writes it.

        Parameters
        ----------
        inactive
            The definition that counts from the next start.
        """
        return self._call(lambda found: definition_of(found, int(inactive)))

    @action(_("Start {name}"))
    def start(self) -> None:
        """Switch it on.

        Raises
        ------
        WrongState
            It is on already.
        """
        self._must_be(active=False)
        self._call(lambda found: found.create())

    @action(_("Stop {name}"))
    def stop(self) -> None:
        """Switch it off; what uses it loses it. One without a definition is gone then.

        Raises
        ------
        WrongState
            It is off already.
        """
        self._must_be(active=True)
        self._call(lambda found: found.destroy())

    @action(_("Set autostart of {name}"))
    def set_autostart(self, enabled: bool = True) -> None:  # noqa: FBT001, FBT002 - as libvirt's
        """Say whether it starts with its host.

        Parameters
        ----------
        enabled
            Whether it does.
        """
        self._call(lambda found: found.setAutostart(int(enabled)))

    @action(_("Edit {name}"))
    def redefine(
        self, definition: str | documents.Document, *, base: str | None = None
    ) -> EditResult:
        """Write its definition anew; what is on stays as it is until it starts again.

        Parameters
        ----------
        definition
            XML or a document, with its name and UUID.
        base
            The XML that it was made of; a change since then is a conflict. None overwrites.

        Returns
        -------
        EditResult
            What was changed, and from when it counts.

        Raises
        ------
        EditConflict
            Somebody else changed it since `base` was read.
        InvalidDefinition
            libvirt does not understand it, or it has another name or UUID.
        WrongState
            It has no definition: it is gone when it stops.
        """
        self._must_be_kept()
        stored = self.xml(inactive=True)
        text, result = checked(self.subject, definition, base, stored, is_active=self.is_active)
        if result.changes:
            self.connection.call(
                lambda connection: self._define(connection, text), subject=self.subject
            )
        return result

    @staticmethod
    @abstractmethod
    def _define(connection: Any, text: str) -> object:  # noqa: ANN401 - libvirt has no types
        """Have libvirt store a definition."""

    def _must_be_kept(self) -> None:
        if not self.persistent:
            raise WrongState(
                _("It is transient: it has no definition that could be changed."),
                subject=self.subject,
                next_step=_("Define it first."),
            )

    def _must_be(self, *, active: bool) -> None:
        if self.is_active is active:
            return
        raise WrongState(
            _("It is off.") if active else _("It is on already."),
            subject=self.subject,
            next_step=_("Start it first.") if active else _("Stop it if it should start anew."),
        )

    def _must_be_off(self) -> None:
        if self.is_active:
            raise WrongState(_("It is on."), subject=self.subject, next_step=_("Stop it first."))

    def __repr__(self) -> str:
        try:
            state = str(self._call(switch_cells)[0])
        except QvirtError as error:
            state = error.reason
        name = self._known_name or self.uuid
        return f"<{type(self).__name__} {name!r} on {self.connection.uri}: {state}>"

    def _repr_html_(self) -> str:
        try:
            pairs = tuple(zip(self.headings, self._call(self.cells), strict=True))
        except QvirtError as error:
            pairs = ((_("State"), error.reason),)
        caption = self._caption.format(name=self._known_name or self.uuid)
        return html.properties(caption, (*pairs, (_("UUID"), self.uuid)))


def definition_of(found: Any, flags: int) -> str:  # noqa: ANN401 - libvirt has no types
    """Return the XML of one of libvirt's objects.

    Parameters
    ----------
    found
        A network, a pool or an interface of the host.
    flags
        libvirt's flag for the definition that counts from the next start; 0 for the present one.
    """
    text: str
    try:
        text = found.XMLDesc(flags)
    except libvirt.libvirtError as error:
        if not flags or error.get_error_code() != libvirt.VIR_ERR_INVALID_ARG:
            raise
        # A driver that has one definition of each only, such as libvirt's test driver.
        text = found.XMLDesc(0)
    return text


def switch_cells(found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
    """Return the first cells of both: whether the object is on, and whether it starts."""
    return (
        _("on") if found.isActive() else _("off"),
        _("yes") if found.autostart() else _("no"),
    )


def make(
    define: Callable[[], Any],
    prepare: Callable[[Any], object],
    *,
    autostart: bool,
) -> Any:  # noqa: ANN401 - libvirt has no types
    """Define an object and switch it on; where that fails nothing of it is left.

    Parameters
    ----------
    define
        Returns libvirt's object.
    prepare
        Does what must be done with it before it is on, and switches it on.
    autostart
        Whether it shall start with its host.

    Returns
    -------
    object
        libvirt's object.
    """
    made = define()
    try:
        prepare(made)
        if autostart:
            made.setAutostart(1)
    except BaseException:
        if made.isActive():
            made.destroy()
        made.undefine()
        raise
    return made
