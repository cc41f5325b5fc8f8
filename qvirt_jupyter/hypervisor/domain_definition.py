"""What libvirt keeps of a virtual machine: names, notes, tags, whether it starts with its host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.definition_names import checked_name
from qvirt_jupyter.hypervisor.domain_handle import is_template
from qvirt_jupyter.hypervisor.editing import renaming, undefining
from qvirt_jupyter.hypervisor.editing.domain_edits import Edits
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, NotFound
from qvirt_jupyter.hypervisor.lifecycle import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

# libvirt declares this prefix on our element and fails if the element has declared it already, as
# it must for its children (virXMLInjectNamespace). Readers go by the namespace, not by the prefix.
_METADATA_KEY: Final = "qv"


class Definition(Edits):
    """The actions that change what libvirt keeps of a machine.

    Title, description, tags and group are written to the running machine and to its definition
    together, so that they show at once and stay.
    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetMetadata
    """

    @property
    def title(self) -> str:
        """Its friendly name, or empty."""
        return self._metadata(libvirt.VIR_DOMAIN_METADATA_TITLE)

    @property
    def description(self) -> str:
        """What it is for, or empty."""
        return self._metadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION)

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, in order."""
        return self.document().metadata.tags

    @property
    def group(self) -> str:
        """The group that it belongs to, or empty."""
        return self.document().metadata.group or ""

    @property
    def is_template(self) -> bool:
        """Whether it is there to be cloned only, and is not started."""
        return self._call(is_template)

    @property
    def autostart(self) -> bool:
        """Whether it starts with its host."""
        return self._call(lambda domain: bool(domain.autostart()))

    @action(_("Set autostart of {name}"))
    def set_autostart(self, enabled: bool = True) -> None:  # noqa: FBT001, FBT002 - as libvirt's
        """Say whether it starts with its host.

        Parameters
        ----------
        enabled
            Whether it does.
        """
        self._check(Action.SET_AUTOSTART)
        self._call(lambda domain: domain.setAutostart(int(enabled)))

    @action(_("Rename {name} to {new}"))
    def rename(self, new: str) -> None:
        """Give it another name; it must be off, its UUID stays.

        Parameters
        ----------
        new
            The new name.

        Raises
        ------
        AlreadyExists
            The name is taken.
        InvalidDefinition
            The name is empty, or has a ``/`` or a control character in it.
        """
        self._check(Action.RENAME)
        checked_name(new, self.subject)
        if new == self._known_name:
            return
        subject = self.subject

        def change(connection: libvirt.virConnect) -> None:
            renaming.rename(connection, self._find(connection), new, subject)

        self.connection.call(change, subject=subject)
        self._known_name = new

    @action(_("Set the title of {name}"))
    def set_title(self, title: str) -> None:
        """Give it a friendly name.

        Parameters
        ----------
        title
            One line; an empty one removes the title.

        Raises
        ------
        InvalidDefinition
            It has more than one line.
        """
        self._check(Action.SET_TITLE)
        if "\n" in title:
            raise InvalidDefinition(
                _("A title has one line only."),
                subject=self.subject,
                next_step=_("Put the rest into the description."),
            )
        self._set_metadata(libvirt.VIR_DOMAIN_METADATA_TITLE, title or None)

    @action(_("Set the description of {name}"))
    def set_description(self, description: str) -> None:
        """Say what it is for.

        Parameters
        ----------
        description
            Any number of lines; an empty text removes the description.
        """
        self._check(Action.SET_DESCRIPTION)
        self._set_metadata(libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, description or None)

    @action(_("Set the tags of {name}"))
    def set_tags(self, tags: Iterable[str]) -> None:
        """Replace its tags.

        Parameters
        ----------
        tags
            The new ones; repetitions and empty ones are dropped.
        """
        self._check(Action.SET_TAGS)
        if isinstance(tags, str):
            raise InvalidDefinition(
                _("Tags are a list of texts."),
                subject=self.subject,
                next_step=_("Put brackets around it: [{tag}].").format(tag=repr(tags)),
            )
        wanted = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
        self._set_own_metadata(wanted, self.group, template=self.is_template)

    @action(_("Set the group of {name}"))
    def set_group(self, group: str) -> None:
        """Put it into a group.

        Parameters
        ----------
        group
            Its name; an empty one takes the machine out of its group.
        """
        self._check(Action.SET_GROUP)
        self._set_own_metadata(self.tags, group.strip(), template=self.is_template)

    @action(_("Set whether {name} is a template"))
    def set_template(self, enabled: bool = True) -> None:  # noqa: FBT001, FBT002 - as autostart
        """Say whether it is there to be cloned only; it must be off.

        A template is not started, neither here nor with its host, so that its disks stay what its
        clones are made of. Programs that know nothing of this mark can start it all the same.

        Parameters
        ----------
        enabled
            Whether it is one; otherwise it becomes an ordinary machine again.

        Raises
        ------
        WrongState
            It is not off.
        """
        self._check(Action.SET_TEMPLATE)
        if enabled and self.autostart:
            self._call(lambda domain: domain.setAutostart(0))
        metadata = self.document(inactive=True).metadata
        self._set_own_metadata(metadata.tags, metadata.group or "", template=enabled)

    @action(_("Remove the definition of {name}"))
    def undefine(self, *, keep_nvram: bool = False, keep_tpm: bool = False) -> None:
        """Remove its definition, saved state, NVRAM and the metadata of its snapshots.

        Its disks stay. It must be off.

        Parameters
        ----------
        keep_nvram
            Leave the file with the settings of its firmware.
        keep_tpm
            Leave what is stored in its TPM.

        Raises
        ------
        Unsupported
            The TPM's state is to stay, and libvirt is too old for that.
        """
        self._check(Action.UNDEFINE)
        subject, kept = self.subject, undefining.Kept(keep_nvram, keep_tpm)
        self._call(
            lambda domain: undefining.undefine(domain, undefining.Purpose.DELETE, subject, kept)
        )

    def _metadata(self, kind: int) -> str:
        try:
            text: str = self._call(lambda domain: domain.metadata(kind, None, 0))
        except NotFound as error:
            if error.code != libvirt.VIR_ERR_NO_DOMAIN_METADATA:
                raise
            return ""
        return text

    def _set_metadata(
        self, kind: int, value: str | None, prefix: str | None = None, uri: str | None = None
    ) -> None:
        def change(domain: libvirt.virDomain) -> None:
            flags = libvirt.VIR_DOMAIN_AFFECT_CONFIG if domain.isPersistent() else 0
            flags |= libvirt.VIR_DOMAIN_AFFECT_LIVE if domain.isActive() else 0
            domain.setMetadata(kind, value, prefix, uri, flags)

        self._call(change)

    def _set_own_metadata(self, tags: tuple[str, ...], group: str, *, template: bool) -> None:
        try:
            element = documents.metadata_element(tags, group, template=template)
        except ValueError as error:
            raise InvalidDefinition(
                _("A tag or the group is not allowed. {reason}").format(reason=error),
                subject=self.subject,
            ) from error
        self._set_metadata(
            libvirt.VIR_DOMAIN_METADATA_ELEMENT,
            element or None,
            _METADATA_KEY,
            documents.DOMAIN_METADATA_URI,
        )
