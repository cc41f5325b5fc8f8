"""What a host can give a guest of one kind: its emulator, machine and processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text

if TYPE_CHECKING:
    from qvirt_jupyter.documents.location import Node


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
            None where the host does not say, so that nothing is narrowed.
        """
        section, _slash, name = caps.partition("/")
        node = self._section(section)
        if node is None:
            return None
        if name == "mode":
            return tuple(
                str(mode.get("name")) for mode in node.iterfind("mode") if _is_supported(mode)
            )
        if name == "model":
            models = node.iterfind("mode[@name='custom']/model")
            return tuple(str(model.text).strip() for model in models if model.get("usable") != "no")
        found = next((each for each in node.iterfind("enum") if each.get("name") == name), None)
        if found is None:
            return None
        return tuple(str(value.text).strip() for value in found.iterfind("value"))

    def supports(self, section: str) -> bool | None:
        """Tell whether the host has a kind of device or a feature at all.

        Parameters
        ----------
        section
            The name of its element: ``tpm``, ``filesystem``, ``sev``.

        Returns
        -------
        bool or None
            None where the host does not say.
        """
        node = self._section(section)
        return None if node is None else _is_supported(node)

    def _section(self, name: str) -> Node | None:
        root = self._node
        if root is None:
            return None
        ways = (name, f"devices/{name}", f"features/{name}")
        return next((node for way in ways if (node := root.find(way)) is not None), None)


def _is_supported(node: Node) -> bool:
    return node.get("supported") != "no"
