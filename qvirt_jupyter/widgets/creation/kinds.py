"""Which kind of machine it is: its architecture, what runs it, and its board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision.guest.platform import X86, best_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.provision import GuestRequest
    from qvirt_jupyter.provision.guest import HostOffer
    from qvirt_jupyter.widgets.creation.draft import Draft
    from qvirt_jupyter.widgets.creation.facts import Facts

_COMMON: Final = (*X86, "aarch64", "armv7l", "ppc64", "ppc64le", "riscv64", "s390x")
"""Those that most people look for."""
_TYPES: Final[Mapping[str, LazyString]] = {
    "kvm": _("KVM (the processor of the host)"),
    "qemu": _("QEMU (emulated, slow)"),
}
_BROKEN: Final = _("This host lists KVM, but no guest runs with it.")

Choices: TypeAlias = list[tuple[str, str, str]]


def fitting(draft: Draft, offer: HostOffer) -> Draft:
    """Return the draft without what another host does not know of it.

    Parameters
    ----------
    draft
        What was said, perhaps of another host.
    offer
        What the host can run.
    """
    if draft.is_container:
        return draft
    architecture = draft.architecture or offer.architecture
    guest = offer.capabilities.guest(architecture, offer.os_type)
    if guest is None:
        return draft.with_("architecture", None)
    _architecture, kind = kind_of(draft, offer)
    if kind not in guest.types:
        return draft.with_("hypervisor", None)
    if draft.machine not in {each.name for each in guest.machines_of(kind)}:
        return draft.with_("machine", None)
    return draft


def kind_of(draft: Draft, offer: HostOffer) -> tuple[str, str]:
    """Return the architecture of the machine and what runs it: chosen, or what suits the host."""
    architecture = draft.architecture or offer.architecture
    return architecture, draft.hypervisor or offer.best_type(architecture)


class Kinds:
    """What can be chosen of it on a host.

    Parameters
    ----------
    draft, facts
        What was said, and the host.
    whole
        The request with all that it chooses itself.
    """

    def __init__(self, draft: Draft, facts: Facts, whole: GuestRequest) -> None:
        self._draft, self._offer, self._systems = draft, facts.offer, facts.systems
        self._whole = whole

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs that there is anything to choose for."""
        found = {name: each() for name, each in self.choices.items()}
        return tuple(name for name, choices in found.items() if len(choices) > 1)

    @property
    def values(self) -> dict[str, Callable[[], str]]:
        """What was chosen, or what suits host and system, by input."""
        return {
            "architecture": lambda: self.architecture,
            "hypervisor": lambda: self.hypervisor,
            "machine": lambda: self.machine,
        }

    @property
    def choices(self) -> dict[str, Callable[[], Choices]]:
        """What can be chosen: the value, its label, and why it cannot be; by input."""
        return {
            "architecture": self._architectures,
            "hypervisor": self._types,
            "machine": self._machines,
        }

    @property
    def architecture(self) -> str:
        """The architecture of the guest."""
        return kind_of(self._draft, self._offer)[0]

    @property
    def hypervisor(self) -> str:
        """What runs it."""
        return kind_of(self._draft, self._offer)[1]

    @property
    def machine(self) -> str:
        """Its board; empty where the host names none."""
        guest = self._offer.guest(self.architecture)
        suits = best_machine(self._whole.system(self._systems), guest, self.hypervisor)
        return self._draft.machine or suits or ""

    def _architectures(self) -> Choices:
        found = self._offer.capabilities.architectures(self._offer.os_type)
        if found[0] == "x86_64":
            # Its guests run there as they are, and nobody needs another machine for that.
            found = tuple(name for name in found if name != "i686")
        own = found[0]

        def rank(name: str) -> tuple[int, str]:
            if name == own:
                return (-1, "")
            return (_COMMON.index(name) if name in _COMMON else len(_COMMON), name)

        return [(name, name, "") for name in sorted(found, key=rank)]

    def _types(self) -> Choices:
        return [
            (
                name,
                str(_TYPES.get(name, name)),
                str(_BROKEN) if name == "kvm" and not self._offer.kvm_works else "",
            )
            for name in self._offer.guest(self.architecture).types
        ]

    def _machines(self) -> Choices:
        machines = self._offer.guest(self.architecture).machines_of(self.hypervisor)
        names = [str(each.name) for each in machines]
        # A name that stands for another is the one to choose: "q35" for "pc-q35-7.2".
        meant = {str(each.canonical) for each in machines if each.canonical}
        shown = sorted(name for name in names if name not in meant)
        first = self.machine
        ordered = sorted(dict.fromkeys([*shown, *([first] if first else [])]))
        return [(name, name, "") for name in sorted(ordered, key=lambda name: name != first)]
