"""What applications keep in a domain: our tags and group, libosinfo's operating system.

https://libvirt.org/formatdomain.html#general-metadata
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.location import NAMESPACES
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

DOMAIN_METADATA_URI = NAMESPACES["qvirt"]
"""The namespace of our part of a domain's metadata."""

INSTALLATION_METADATA_URI = NAMESPACES["qvirt-installation"]
"""The namespace of the mark of a start that is an installer's."""

DOMAIN_METADATA_PREFIX = "qvirt"
"""The prefix under which libvirt writes it."""

_TAG = Text(pattern=r"\S(.*\S)?", max_length=64, expected=_("a word or two, at most 64 characters"))


class Tag(Element):
    """A word that people find virtual machines by."""

    tag = f"{{{DOMAIN_METADATA_URI}}}tag"
    name = Field(".", _TAG, label=_("Tag"))


class Ours(Element):
    """Our own part of the metadata."""

    tag = f"{{{DOMAIN_METADATA_URI}}}domain"
    group = Field("qvirt:group", _TAG, label=_("Group"))
    tags = Many(Tag, key="name")
    template = Field(
        "qvirt:template",
        Flag(),
        label=_("Template"),
        help=_("It is there to be cloned and is not started."),
    )


class Metadata(Element):
    """What applications keep in a domain."""

    tag = "metadata"
    os_id = Field(
        "libosinfo:libosinfo/libosinfo:os/@id",
        Text(),
        label=_("Operating system"),
        essential=True,
        help=_("The identifier in the libosinfo database, such as http://debian.org/debian/12."),
    )
    ours = Group("qvirt:domain", Ours)
    installing = Field(
        "qvirt-installation:installation",
        Flag(),
        label=_("Installation"),
        help=_("This start is that of an installer; what is stored follows when it has ended."),
    )

    @property
    def tags(self) -> tuple[str, ...]:
        """The words that people find the machine by."""
        return tuple(str(name) for name in self.ours.tags.keys() if name)  # noqa: SIM118 - a list

    @tags.setter
    def tags(self, names: Iterable[str]) -> None:
        new = _tags(names)
        if tuple(tag.name for tag in new) != self.tags:
            self.ours.tags.clear()
            self.ours.tags.extend(new)

    @property
    def template(self) -> bool:
        """Whether the machine is there to be cloned, and is not started."""
        return bool(self.ours.template)

    @template.setter
    def template(self, value: bool) -> None:
        self.ours.template = value

    @property
    def group(self) -> str | None:
        """The group that the list shows the machine in."""
        return self.ours.group

    @group.setter
    def group(self, name: str | None) -> None:
        self.ours.group = name


def metadata_element(tags: Iterable[str], group: str | None, *, template: bool = False) -> str:
    """Return our metadata as ``virDomainSetMetadata`` takes it; empty text where there is none.

    Raises
    ------
    ValueError
        A tag or the group is not a word or two.
    """
    ours = Ours(group=group)
    ours.tags.extend(_tags(tags))
    ours.template = template
    return str(ours) if group or ours.tags or template else ""


def _tags(names: Iterable[str]) -> list[Tag]:
    """Return all tags before any old one goes: a wrong name must not leave half of them."""
    if isinstance(names, str):
        raise TypeError(f"Tags are several texts, not one: ({names!r},).")
    return [Tag(name=name) for name in dict.fromkeys(names)]
