"""The virtual machines of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import libvirt

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.domain import Domain
from qvirt_jupyter.hypervisor.domain_handle import read_state
from qvirt_jupyter.hypervisor.storage.disk_users import users_of
from qvirt_jupyter.hypervisor.survey import is_hypervisor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter import documents

_KIB_PER_MIB: Final = 1024


class Domains(Collection[Domain]):
    """The virtual machines of a connection: ``connection.domains``.

    ``domains["web"]`` finds one by name or UUID, ``for vm in domains`` goes through all.
    """

    kind: ClassVar[str] = "domain"
    _attribute: ClassVar[str] = "domains"
    _caption: ClassVar[LazyString] = _("Virtual machines")
    _missing: ClassVar[LazyString] = _("There is no virtual machine of this name.")
    _headings: ClassVar[tuple[LazyString, ...]] = (
        _("Name"),
        _("State"),
        _("Processors"),
        _("Memory"),
        _("Title"),
    )

    def tagged(self, tag: str) -> tuple[Domain, ...]:
        """Return the machines that have a tag, sorted by name.

        One call lists them; their tags are what the inventory knows, so that thousands of machines
        cost no more. Only of those whose definition was not read yet it is read for this.

        Parameters
        ----------
        tag
            The whole tag.
        """
        snapshot = self._connection.inventory.snapshot()
        known = {record.uuid: record.tags for record in snapshot.domains if record.xml_version}

        def tags_of(domain: Domain) -> tuple[str, ...]:
            tags = known.get(domain.uuid)
            return domain.tags if tags is None else tags

        return tuple(domain for domain in self if tag in tags_of(domain))

    def using(self, path: str) -> tuple[str, ...]:
        """Return the names of the machines that have a disk at a path of the host.

        Parameters
        ----------
        path
            A file or a device; what a machine has for its next start counts too.
        """
        return self._connection.call(
            lambda connection: users_of(connection, path), subject=self.subject
        )

    @action(_("Define a virtual machine"))
    def define(self, definition: str | documents.Domain) -> Domain:
        """Add a machine that is off, or replace the definition of the one with the same UUID.

        Parameters
        ----------
        definition
            XML or a document.

        Raises
        ------
        AlreadyExists
            Another machine has the name.
        InvalidDefinition
            libvirt does not understand it, or the name is not allowed.
        """
        return self._add(
            definition, lambda connection, text: connection.defineXML(text), may_replace=True
        )

    @action(_("Create a transient virtual machine"))
    def create(self, definition: str | documents.Domain) -> Domain:
        """Start a machine that libvirt forgets when it stops.

        One that is off and has the same UUID runs with this definition until it stops. The
        parameters and errors are those of :meth:`define`.
        """
        return self._add(
            definition, lambda connection, text: connection.createXML(text, 0), may_replace=True
        )

    def _list(self, connection: libvirt.virConnect) -> Sequence[Any]:
        return [one for one in connection.listAllDomains(0) if not is_hypervisor(one)]

    def _find(self, connection: libvirt.virConnect, key: str, *, by_uuid: bool) -> Any:  # noqa: ANN401 - libvirt has no types
        return connection.lookupByUUIDString(key) if by_uuid else connection.lookupByName(key)

    def _handle(self, name: str, key: str) -> Domain:
        return Domain(self._connection, key, name)

    def _row(self, found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        _state, _largest, memory, vcpus, _time = found.info()
        return (
            read_state(found).label,
            vcpus,
            _("{memory} MiB").format(memory=memory // _KIB_PER_MIB),
            _title(found),
        )


def _title(domain: libvirt.virDomain) -> str:
    try:
        title: str = domain.metadata(libvirt.VIR_DOMAIN_METADATA_TITLE, None, 0)
    except libvirt.libvirtError as error:
        if error.get_error_code() in {
            libvirt.VIR_ERR_NO_DOMAIN_METADATA,
            libvirt.VIR_ERR_NO_SUPPORT,
        }:
            return ""
        raise
    return title
