"""What all devices share, and the element that holds them."""

# ruff: noqa: SLF001 - elements know each other's places; the underscores keep the names of XML
# fields free.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, overload

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device_address import DeviceAddress
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Items, Many
from qvirt_jupyter.documents.schema import add_member, schema_of
from qvirt_jupyter.documents.values import Integer, Path, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Self

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.devices.channel import Channel
    from qvirt_jupyter.documents.devices.console import Console
    from qvirt_jupyter.documents.devices.controller import Controller
    from qvirt_jupyter.documents.devices.disk import Disk
    from qvirt_jupyter.documents.devices.filesystem import Filesystem
    from qvirt_jupyter.documents.devices.graphics import Graphics
    from qvirt_jupyter.documents.devices.hostdev import Hostdev
    from qvirt_jupyter.documents.devices.interface import Interface
    from qvirt_jupyter.documents.devices.serial import Serial
    from qvirt_jupyter.documents.devices.video import Video
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

D = TypeVar("D", bound="Device")


class Device(Document):
    """A device; a subclass names its tag, the collection that it stands in, and its key.

    Attributes
    ----------
    collection
        The attribute of :class:`Devices` that holds devices of this kind.
    key
        The field that tells devices of this kind apart.
    title
        What people call the kind.
    told_apart_by
        Fields whose values make sorts of the kind; devices of one sort are told apart by number.
    needs_full_virtualization
        Whether only guests with a machine of their own can have one, not containers.
    is_single
        Whether a guest can have one only.
    """

    collection: ClassVar[str]
    key: ClassVar[str | None] = None
    title: ClassVar[Words] = ""
    told_apart_by: ClassVar[tuple[str, ...]] = ()
    needs_full_virtualization: ClassVar[bool] = False
    is_single: ClassVar[bool] = False

    boot_order = Field(
        "boot/@order",
        Integer(1),
        label=_("Boot order"),
        essential=True,
        help=_("The firmware tries the device with the lowest number first."),
    )
    alias = Field("alias/@name", Text(), label=_("Alias"), essential=True, advanced=True)
    address = Group("address", DeviceAddress)

    def __init_subclass__(cls, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        if "collection" in vars(cls):
            add_member(Devices, cls.collection, Many(cls, key=cls.key))

    # What a list of devices says of it ----------------------------------------------------------

    @property
    def display_name(self) -> str:
        """What a list calls it: ``VirtIO disk 1``; numbers count from 1 among its like."""
        return f"{self.title} {self._number(self._siblings())}".strip()

    @property
    def summary(self) -> str:
        """The few values that people look for, in a line; empty where there are none."""
        return ""

    @property
    def is_noise(self) -> bool:
        """Whether a list leaves it out, since it only serves other devices or repeats one."""
        return False

    # What it is to others -----------------------------------------------------------------------

    @property
    def identity(self) -> Hashable:
        """What is the same in the running and in the stored definition, and in no other device.

        By default the key, or else the kind, the sort, and its number among its like.
        """
        if self.key is not None:
            return (self.tag, getattr(self, self.key))
        return (self.tag, *self._sort(), self._number(self._same_sort()))

    @property
    def why_kept(self) -> Words:
        """Why it cannot be removed from its guest as that is now; empty where it can."""
        return ""

    @property
    def goes_along(self) -> tuple[Device, ...]:
        """The other devices that make no sense without it and are removed with it."""
        return ()

    # What is added ------------------------------------------------------------------------------

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get one; empty where it can.

        Parameters
        ----------
        domain
            The definition of the guest.
        host
            What its host offers; None where the host does not say.
        """
        if cls.needs_full_virtualization and domain.os.type not in (None, "hvm"):
            return _("Only fully virtualised guests can have one.")
        if cls.is_single and domain.devices.of(cls):
            return _("The guest has one already, and there can be one only.")
        is_offered = host.supports(cls.tag) if host is not None else None
        return _("This host does not offer it.") if is_offered is False else ""

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one with the values that suit a guest best, ready to be added.

        The parameters are those of :meth:`unavailable`.
        """
        del domain, host
        return cls()

    def brings(self, domain: Domain, host: DomainCapabilities | None) -> tuple[Device, ...]:
        """Return the other devices that a guest lacks and must get with this one, in their order.

        Such as the controller of its bus. The parameters are those of :meth:`unavailable`; this
        device does not stand in the definition yet.
        """
        del domain, host
        return ()

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get this very device as it is filled in; empty where it can.

        The parameters are those of :meth:`unavailable`.
        """
        del domain, host
        return ""

    def replaces(self, domain: Domain) -> tuple[Device, ...]:
        """Return the devices of a guest that must go when this one is added."""
        del domain
        return ()

    # Where it stands ----------------------------------------------------------------------------

    @property
    def guest(self) -> Domain | None:
        """The guest that has it; None for a device alone."""
        holder = self._holder
        owner = holder._owner if isinstance(holder, Devices) else None
        return cast("Domain", owner) if owner is not None and owner.tag == "domain" else None

    def _siblings(self) -> tuple[Device, ...]:
        """Return the devices of the guest that it is numbered among, itself included."""
        return self._of_its_kind()

    def _of_its_kind(self) -> tuple[Device, ...]:
        holder, kind = self._holder, type(self)
        if not isinstance(holder, Devices):
            return (self,)
        return self._tree.worked_out(("kind", kind), lambda: tuple(holder.of(kind)))

    def _alike(self, what: Callable[[Any], Hashable]) -> tuple[Device, ...]:
        """Return the devices of its kind of which something is the same."""
        kind = type(self)

        def sorted_out() -> dict[Hashable, tuple[Device, ...]]:
            found: dict[Hashable, list[Device]] = {}
            for each in self._of_its_kind():
                found.setdefault(what(each), []).append(each)
            return {key: tuple(some) for key, some in found.items()}

        return self._tree.worked_out(("alike", kind, what), sorted_out).get(what(self), (self,))

    def _sort(self) -> tuple[Hashable, ...]:
        return tuple(getattr(self, name) for name in self.told_apart_by)

    def _same_sort(self) -> tuple[Device, ...]:
        if type(self)._siblings is Device._siblings:
            return self._alike(Device._sort)
        mine = self._sort()
        return tuple(each for each in self._siblings() if each._sort() == mine)

    def _number(self, among: tuple[Device, ...]) -> int:
        # The devices are kept with their numbers, so that nothing else has their id meanwhile.
        _among, numbers = self._tree.worked_out(
            ("numbers", id(among)),
            lambda: (among, {each: number for number, each in enumerate(among, 1)}),
        )
        return numbers.get(self, 1)

    def _numbered(self, name: Words) -> str:
        """Return a name for a list, with a number where the guest has several of its sort."""
        among = self._same_sort()
        return f"{name} {self._number(among)}" if len(among) > 1 else str(name)


class Devices(Element):
    """The devices of a domain, by kind.

    https://libvirt.org/formatdomain.html#devices
    """

    tag = "devices"
    # The order in which libvirt writes them (src/conf/domain_conf.c, virDomainDefFormatDevices).
    order = (
        *("emulator", "disk", "controller", "lease", "filesystem", "interface", "smartcard"),
        *("serial", "parallel", "console", "channel", "input", "tpm", "graphics", "sound"),
        *("audio", "video", "hostdev", "redirdev", "redirfilter", "hub", "watchdog"),
        *("memballoon", "rng", "nvram", "panic", "shmem", "memory", "iommu", "vsock", "crypto"),
        "pstore",
    )

    emulator = Field("emulator", Path(), label=_("Emulator"), advanced=True, caps="emulator")

    if TYPE_CHECKING:
        # For type checkers and readers; the classes enter themselves, each from its own file.
        controllers: Many[Controller]
        disks: Many[Disk]
        filesystems: Many[Filesystem]
        hostdevs: Many[Hostdev]
        interfaces: Many[Interface]
        serials: Many[Serial]
        consoles: Many[Console]
        channels: Many[Channel]
        graphics: Many[Graphics]
        videos: Many[Video]

        def __getattr__(self, name: str) -> Items[Any]: ...

    @overload
    def of(self, kind: type[D]) -> Items[D]: ...

    @overload
    def of(self, kind: str) -> Items[Any]: ...

    def of(self, kind: type[D] | str) -> Items[D] | Items[Any]:
        """Return the devices of a kind.

        Parameters
        ----------
        kind
            The class, or the name of the element: ``devices.of("disk")``.

        Raises
        ------
        KeyError
            There is no such kind.
        """
        cls = _kind_of(kind) if isinstance(kind, str) else kind
        items: Items[Any] = getattr(self, cls.collection)
        return items

    @property
    def all(self) -> tuple[Device, ...]:
        """The devices of all known kinds, in the order in which they are written."""
        kinds = {
            member.cls.tag: member
            for member in schema_of(Devices).members.values()
            if isinstance(member, Many)
        }
        found: list[Device] = []
        for node in () if self._node is None else self._node:
            member = kinds.get(node.tag)
            if member is not None:
                found.append(member.cls._inside(self, member, node))
        return tuple(found)

    def add(self, device: D) -> D:
        """Put a device behind its like, and return it as it stands there.

        Parameters
        ----------
        device
            One of another document is copied.
        """
        items = self.of(type(device))
        items.append(device)
        self._count_module(items[-1], 1)
        return items[-1]

    def remove(self, device: Device) -> None:
        """Remove a device, and with it what makes no sense without it.

        Parameters
        ----------
        device
            One of these.

        Raises
        ------
        ValueError
            It is none of these.
        """
        for other in (*device.goes_along, device):
            items = self.of(type(other))
            if other in items:
                items.remove(other)
                self._count_module(other, -1)
            elif other is device:
                message = _("{device} is no device of this machine.")
                raise ValueError(str(message.format(device=repr(device))))

    def _count_module(self, device: Device, times: int) -> None:
        """Count a memory module to the guest's memory, as libvirt does."""
        size, domain = getattr(device, "size", None), self._holder
        if device.tag != "memory" or domain is None or not size:
            return
        has = {name: getattr(domain, name, None) for name in ("memory", "current_memory")}
        # Both are known before: the rules of the first one would change the second one.
        for name, kib in has.items():
            if kib:
                setattr(domain, name, max(1, kib + times * size))


def _kind_of(tag: str) -> type[Device]:
    known = {
        member.cls.tag: member.cls
        for member in schema_of(Devices).members.values()
        if isinstance(member, Many) and issubclass(member.cls, Device)
    }
    if tag not in known:
        message = _("There are no devices {tag}; there are {known}.")
        raise KeyError(str(message.format(tag=repr(tag), known=", ".join(sorted(known)))))
    return known[tag]
