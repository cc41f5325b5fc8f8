"""The CPU models that a host knows, and what keeps it from running some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.location import Node

# Features by which an operating system guards itself against Spectre and its like
# (https://docs.kernel.org/admin-guide/hw-vuln/, names of libvirt's cpu_map).
MITIGATIONS = (
    *("spec-ctrl", "stibp", "ssbd", "ibpb", "ibrs", "amd-ssbd", "amd-stibp", "virt-ssbd"),
    *("md-clear", "arch-capabilities", "rdctl-no", "skip-l1dfl-vmentry", "mds-no"),
    *("pschange-mc-no", "taa-no", "fb-clear"),
)


@dataclass(frozen=True, slots=True)
class CpuModel:
    """A CPU model.

    Parameters
    ----------
    name
        As a definition says it.
    usable
        Whether this host can run it; None where it does not say.
    vendor
        Whose processors are like it.
    deprecated
        Whether QEMU is about to drop it.
    blockers
        The features that the host lacks for it, where it says so.
    """

    name: str
    usable: bool | None
    vendor: str = ""
    deprecated: bool = False
    blockers: tuple[str, ...] = ()

    @property
    def why_not(self) -> Words:
        """Why this host cannot run it; empty where it can, or does not say."""
        if self.usable is not False:
            return ""
        if self.blockers:
            return _("The processor of this host lacks what {model} needs: {features}.").format(
                model=self.name, features=", ".join(self.blockers)
            )
        return _("The processor of this host cannot run {model}.").format(model=self.name)


def cpu_models(custom: Node) -> tuple[CpuModel, ...]:
    """Read the models of ``<mode name='custom'>``."""
    blockers = {
        str(each.get("model")): tuple(
            str(feature.get("name")) for feature in each.iterfind("feature")
        )
        for each in custom.iterfind("blockers")
    }
    found = []
    for model in custom.iterfind("model"):
        name = str(model.text or "").strip()
        usable = {"yes": True, "no": False}.get(str(model.get("usable")))
        found.append(
            CpuModel(
                name,
                usable,
                vendor=str(model.get("vendor") or "").replace("unknown", ""),
                deprecated=model.get("deprecated") == "yes",
                blockers=blockers.get(name, ()),
            )
        )
    return tuple(found)
