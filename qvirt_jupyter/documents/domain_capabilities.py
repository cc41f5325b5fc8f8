"""What a host can give a guest of one kind: its emulator, machine and processors."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.cpu_models import MITIGATIONS, CpuModel, cpu_models
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.location import Node

# Kinds of encrypted memory that hosts spoke of before they had a list (libvirt before 10.5).
_ENCRYPTIONS = {"sev": "sev", "s390-pv": "s390-pv"}
_MODES_THAT_MIGRATE = {
    "host-passthrough": "hostPassthroughMigratable",
    "maximum": "maximumMigratable",
}

# More values than this are not named one by one, but only the few that are most like a wrong one.
_MANY = 20
_FEW = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """What a host offers of one thing to a guest.

    Parameters
    ----------
    section
        The device or feature: ``"disk"``, ``"loader"``, ``"sev"``.
    name
        The enumeration, such as ``"bus"``; empty where there is only yes and no.
    supported
        Whether there is such a thing at all.
    values
        What can be chosen.
    """

    section: str
    name: str
    supported: bool
    values: tuple[str, ...]


class DomainCapabilities(Document):
    """The answer of ``virConnectGetDomainCapabilities``; it is read and never written.

    https://libvirt.org/formatdomaincaps.html
    """

    tag = "domainCapabilities"

    path = Field("path", Path(), label=_("Emulator"))
    domain = Field("domain", Choice("kvm", "qemu", "xen", "lxc", "bhyve"), label=_("Hypervisor"))
    machine = Field("machine", Text(), label=_("Machine type"))
    architecture = Field("arch", Text(), label=_("Architecture"))
    max_vcpus = Field("vcpu/@max", Integer(1), label=_("Most virtual CPUs"))

    def choices(self, caps: str) -> tuple[str, ...] | None:
        """Return the values that the host offers for a field.

        Parameters
        ----------
        caps
            The ``caps`` of a declaration: a device or section, a slash, and the name of an
            enumeration, such as ``disk/bus``.

        Returns
        -------
        tuple of str or None
            None where the host does not say, so that nothing is narrowed; empty where it offers
            nothing.
        """
        section, _slash, name = caps.rpartition("/")
        if section == "cpu":
            return self._cpu_choices(name)
        if caps == "launchSecurity/sectype" and self._section(section) is None:
            return self._encryptions()
        if caps == "os/loader/path":
            return self.firmware_images
        node = self._section(section)
        if node is None:
            return None
        found = next((each for each in node.iterfind("enum") if each.get("name") == name), None)
        if found is None:
            return () if not _is_supported(node) else None
        return _values(found)

    def supports(self, section: str) -> bool | None:
        """Tell whether the host has a kind of device or a feature at all.

        Parameters
        ----------
        section
            The name of its element (``tpm``, ``filesystem``, ``sev``), or the way to one value of
            an enumeration (``hyperv/features/relaxed``).

        Returns
        -------
        bool or None
            None where the host does not say.
        """
        node = self._section(section)
        if node is not None:
            return _is_supported(node)
        enumeration, _slash, value = section.rpartition("/")
        offered = self.choices(enumeration) if enumeration else None
        return None if offered is None else value in offered

    @property
    def offers(self) -> tuple[Offer, ...]:
        """All that the host says of devices, firmware and features, in its order."""
        root = self._node
        found: list[Offer] = []
        for place in () if root is None else (root.find("os"), root.find("os/loader")):
            if place is not None:
                found += _offers(place)
        for group in ("memoryBacking", "devices", "features"):
            place = None if root is None else root.find(group)
            if place is None:
                continue
            if group == "memoryBacking":
                found += _offers(place)
            else:
                for child in place.iterchildren("*"):
                    found += _offers(child)
        return tuple(found)

    def why_not(self, caps: str, value: object) -> Words:
        """Say why a field cannot have a value on this host; empty where it can.

        Parameters
        ----------
        caps
            The ``caps`` of its declaration.
        value
            The value; of a switch, true or false.
        """
        if value is None or value is False or value == "":
            return ""
        if caps == "vcpu/max":
            return self._too_many(value)
        model = next((each for each in self.cpu_models if each.name == value), None)
        if caps == "cpu/model" and model is not None:
            return model.why_not
        offered = self.choices(caps)
        if offered == () or (offered is None and self.supports(caps) is False):
            return _("{emulator} does not offer it to a machine {machine} on this host.").format(
                emulator=self.path or _("The hypervisor"),
                machine=self.machine or self.architecture,
            )
        words = {"on", "yes"} if value is True else {str(value)}
        if offered is None or words & set(offered):
            return ""
        return _("This host does not offer it; it offers {values}.").format(
            values=_named(offered, str(value))
        )

    @property
    def cpu_models(self) -> tuple[CpuModel, ...]:
        """The named CPU models, those that cannot be run included."""
        node = self._mode("custom")
        return () if node is None else cpu_models(node)

    @property
    def host_model(self) -> str | None:
        """The CPU model that is closest to the host's; None where it has none."""
        node = self._mode("host-model")
        return None if node is None else (node.findtext("model") or "").strip() or None

    @property
    def mitigations(self) -> tuple[str, ...]:
        """The features of the host by which a guest can guard itself against Spectre and its like.

        They are those that a model close to the host's has beyond the model itself.
        """
        node = self._mode("host-model")
        required = () if node is None else node.iterfind("feature[@policy='require']")
        names = {str(feature.get("name")) for feature in required}
        return tuple(name for name in MITIGATIONS if name in names)

    @property
    def firmware_images(self) -> tuple[str, ...]:
        """The firmware images that the host has for this kind of guest."""
        loader = self._section("os/loader")
        return () if loader is None or not _is_supported(loader) else _values(loader)

    def _too_many(self, value: object) -> Words:
        most = self.max_vcpus
        if most is None or not isinstance(value, int) or value <= most:
            return ""
        return _("A machine {machine} has at most {most} virtual CPUs.").format(
            machine=self.machine or self.architecture, most=most
        )

    def _cpu_choices(self, name: str) -> tuple[str, ...] | None:
        node = self._section("cpu")
        if node is None:
            return None
        modes = [mode for mode in node.iterfind("mode") if _is_supported(mode)]
        if name == "mode":
            return tuple(str(mode.get("name")) for mode in modes)
        if name == "model":
            return tuple(model.name for model in self.cpu_models if model.usable is not False)
        if name == "migratable":
            enums = [
                each
                for mode in modes
                for each in mode.iterfind("enum")
                if each.get("name") == _MODES_THAT_MIGRATE.get(str(mode.get("name")))
            ]
            return tuple(dict.fromkeys(value for each in enums for value in _values(each)))
        return None

    def _encryptions(self) -> tuple[str, ...] | None:
        said = {word: self.supports(name) for name, word in _ENCRYPTIONS.items()}
        if all(answer is None for answer in said.values()):
            return None
        return tuple(word for word, answer in said.items() if answer)

    def _mode(self, name: str) -> Node | None:
        root = self._node
        modes = () if root is None else root.iterfind("cpu/mode")
        found = (mode for mode in modes if mode.get("name") == name and _is_supported(mode))
        return next(found, None)

    def _section(self, name: str) -> Node | None:
        root = self._node
        if root is None or not name:
            return None
        ways = (name, f"devices/{name}", f"features/{name}")
        return next((node for way in ways if (node := root.find(way)) is not None), None)


def _offers(node: Node) -> list[Offer]:
    section, supported = str(node.tag), _is_supported(node)
    if not supported:
        return [Offer(section, "", supported=False, values=())]
    enums = [
        Offer(section, str(each.get("name")), supported=True, values=_values(each))
        for each in node.iterfind("enum")
    ]
    return enums or [Offer(section, "", supported=True, values=())]


def _named(offered: tuple[str, ...], value: str) -> Words:
    """Return the values in a line; of very many those that are most like the one that is wrong."""
    if len(offered) <= _MANY:
        return ", ".join(offered)
    like = get_close_matches(value, offered, n=_FEW, cutoff=0)
    return _("{values} and {count} others").format(
        values=", ".join(like), count=len(offered) - len(like)
    )


def _is_supported(node: Node) -> bool:
    return node.get("supported") != "no"


def _values(node: Node) -> tuple[str, ...]:
    return tuple(str(value.text).strip() for value in node.iterfind("value"))
