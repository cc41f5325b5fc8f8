"""What every part of a virtual machine's handle needs: finding it, its state, its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import DOMAIN_METADATA_URI
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, Unsupported, WrongState
from qvirt_jupyter.hypervisor.handle import Handle
from qvirt_jupyter.hypervisor.lifecycle import REFUSED_BY_TEMPLATES, Action, Refusal, allowed
from qvirt_jupyter.hypervisor.records import DomainState
from qvirt_jupyter.hypervisor.state_reasons import reason_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

_Result = TypeVar("_Result")


class DomainHandle(Handle):
    """A virtual machine that can be found and asked how it is."""

    kind: ClassVar[str] = "domain"
    _collection: ClassVar[str] = "domains"

    @property
    def state(self) -> DomainState:
        """What it is doing, asked of libvirt just now."""
        return self._call(read_state)

    @property
    def reason(self) -> str:
        """Why it is in its state, in words; empty where libvirt does not say."""
        return self._call(lambda domain: reason_text(*domain.state(0)[:2]))

    @property
    def is_active(self) -> bool:
        """Whether it runs in any way, paused and crashed included."""
        return self._call(lambda domain: bool(domain.isActive()))

    @property
    def persistent(self) -> bool:
        """Whether libvirt keeps its definition when it stops."""
        return self._call(lambda domain: bool(domain.isPersistent()))

    def refusal(self, action: Action) -> Refusal | None:
        """Return why its present state refuses an action, or None where it does not.

        Parameters
        ----------
        action
            What is to be done.
        """

        def look_up(domain: libvirt.virDomain) -> Refusal | None:
            return allowed(
                read_state(domain),
                action,
                persistent=bool(domain.isPersistent()),
                # Only these ask: nothing else depends on it.
                template=action in REFUSED_BY_TEMPLATES and is_template(domain),
            )

        return self._call(look_up)

    def xml(self, *, inactive: bool = False, secure: bool = False) -> str:
        """Return its definition as libvirt writes it.

        Parameters
        ----------
        inactive
            The definition that counts from the next start, instead of that of the running machine.
        secure
            With passwords in clear.

        Raises
        ------
        AccessDenied
            Passwords were asked for on a read-only connection.
        """
        flags = libvirt.VIR_DOMAIN_XML_INACTIVE if inactive else 0
        flags |= libvirt.VIR_DOMAIN_XML_SECURE if secure else 0
        text: str = self._call(lambda domain: domain.XMLDesc(flags))
        return text

    def _find(self, connection: libvirt.virConnect) -> Any:  # noqa: ANN401 - libvirt has no types
        return connection.lookupByUUIDString(self._uuid)

    def _definition(self) -> _Element:
        return parse_xml(self.xml())

    def _check(self, action: Action) -> None:
        """Refuse what the table of states refuses, before libvirt is asked.

        Raises
        ------
        WrongState
            It does.
        """
        refusal = self.refusal(action)
        if refusal is not None:
            raise WrongState(refusal.reason, subject=self.subject, next_step=refusal.next_step)

    def _call_with_flags(self, function: Callable[[Any], _Result]) -> _Result:
        """As ``_call``, for calls whose flags a driver may not know.

        Raises
        ------
        Unsupported
            It does not: libvirt calls that an invalid argument, though the caller gave none.
        """
        try:
            return self._call(function)
        except InvalidDefinition as error:
            if error.code != libvirt.VIR_ERR_INVALID_ARG:
                raise
            raise Unsupported(
                _("The driver of this connection cannot do it in this way."),
                subject=self.subject,
                next_step=_("Use the plain form of the action."),
                code=error.code,
                details=error.details,
            ) from error


def read_state(domain: libvirt.virDomain) -> DomainState:
    """Return the state of an open libvirt object, Saved included."""
    state = domain.state(0)[0]
    saved = state == libvirt.VIR_DOMAIN_SHUTOFF and has_saved_state(domain)
    return DomainState.from_libvirt(state, managed_save=saved)


def is_template(domain: libvirt.virDomain) -> bool:
    """Whether it is marked as there to be cloned only."""
    try:
        text = domain.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, DOMAIN_METADATA_URI, 0)
    except libvirt.libvirtError as error:
        if error.get_error_code() in {
            libvirt.VIR_ERR_NO_DOMAIN_METADATA,
            libvirt.VIR_ERR_NO_SUPPORT,
        }:
            return False
        raise
    # libvirt takes the namespace away from what it hands out so.
    return parse_xml(text).find("{*}template") is not None


def has_saved_state(domain: libvirt.virDomain) -> bool:
    """Whether libvirt keeps a managed-save image; False where the driver has none of them."""
    try:
        return bool(domain.hasManagedSaveImage(0))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
            return False
        raise
