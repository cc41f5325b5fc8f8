"""What a person prefers, in a private file of Jupyter's configuration."""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import declarations, option
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Choice, Integer
from qvirt_jupyter.hypervisor.screen.keyboard_layouts import layout_labels, layout_names
from qvirt_jupyter.widgets.consoles import release_keys
from qvirt_jupyter.widgets.consoles.release_keys import ReleaseKeys
from qvirt_jupyter.widgets.kept_file import KeptFile
from qvirt_jupyter.widgets.machine.wishes import NAMES, MachineWishes
from qvirt_jupyter.widgets.machine_defaults import DISPLAYS, FIRMWARES, FORMATS, PROCESSORS
from qvirt_jupyter.widgets.machine_list.list_arrangement import ListArrangement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from qvirt_jupyter.hypervisor.publisher import Subscription

_LOG = logging.getLogger(__name__)
VERSION: Final = 1
_STATISTICS: Final = _("Statistics")
_CONFIRM: Final = _("Ask before")
_CONSOLE: Final = _("Consoles")
_XML: Final = _("XML")
_NEW: Final = _("New machines")


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """All preferences; what they mean is said once, in their declarations."""

    update_interval: int = option(
        Integer(1, 60),
        default=1,
        label=_("Update interval"),
        unit="s",
        group=_STATISTICS,
        help=_("How often figures are read while somebody looks."),
    )
    measure_cpu: bool = option(
        Flag(), default=True, label=_("Measure processors"), group=_STATISTICS
    )
    measure_memory: bool = option(
        Flag(), default=True, label=_("Measure memory"), group=_STATISTICS
    )
    measure_disk: bool = option(Flag(), default=True, label=_("Measure disks"), group=_STATISTICS)
    measure_network: bool = option(
        Flag(),
        default=True,
        label=_("Measure networks"),
        group=_STATISTICS,
        help=_("What is not measured costs the host nothing, and has no graphs."),
    )
    confirm_force_off: bool = option(
        Flag(),
        default=True,
        label=_("Force off and reset"),
        group=_CONFIRM,
        help=_("The guest has no time to save what it is doing."),
    )
    confirm_power_off: bool = option(
        Flag(), default=False, label=_("Shut down, reboot and save"), group=_CONFIRM
    )
    confirm_pause: bool = option(Flag(), default=False, label=_("Pause"), group=_CONFIRM)
    confirm_unapplied: bool = option(
        Flag(),
        default=True,
        label=_("Leave changes that are not applied"),
        group=_CONFIRM,
        help=_("Otherwise they are discarded."),
    )
    confirm_remove_device: bool = option(
        Flag(), default=True, label=_("Remove a device"), group=_CONFIRM
    )
    confirm_delete_storage: bool = option(
        Flag(),
        default=True,
        label=_("Delete files of machines"),
        group=_CONFIRM,
        help=_("The files are listed once more before they are gone."),
    )
    console_autoconnect: bool = option(
        Flag(),
        default=True,
        label=_("Connect at once"),
        group=_CONSOLE,
        help=_("Otherwise a console waits for a click."),
    )
    console_scaling: str = option(
        Choice(
            "fit",
            "actual",
            "resize",
            open=False,
            labels={
                "fit": _("Fit the tab"),
                "actual": _("Actual size"),
                "resize": _("Resize the guest's screen"),
            },
        ),
        default="fit",
        label=_("Screen size"),
        group=_CONSOLE,
    )
    console_display: str = option(
        Choice(
            "vnc",
            "spice",
            open=False,
            labels={"vnc": _("VNC"), "spice": _("SPICE")},
        ),
        default="vnc",
        label=_("Where a machine has both, show"),
        group=_CONSOLE,
        help=_("SPICE brings sound, but no clipboard."),
    )
    console_layout: str = option(
        Choice(*layout_names(), open=False, labels=layout_labels()),
        default="us",
        label=_("Keyboard layout of guests"),
        group=_CONSOLE,
        help=_("For texts that are pasted as key strokes; each console can have another."),
    )
    console_release: str = option(
        ReleaseKeys(),
        default=release_keys.DEFAULT,
        label=_("Keys that leave a console"),
        group=_CONSOLE,
        help=_(
            "Pressed together and let go, they give keys and pointer back. They go to the guest "
            "too. “ctrl” is either of both keys, “lctrl” and “rctrl” is one of them."
        ),
    )
    terminal_font_size: int = option(
        Integer(8, 32),
        default=13,
        label=_("Text size of terminals"),
        unit="px",
        group=_CONSOLE,
    )
    terminal_screen_reader: bool = option(
        Flag(),
        default=False,
        label=_("Terminals for a screen reader"),
        group=_CONSOLE,
        help=_("What the guest writes is told to programs that read screens aloud."),
    )
    new_display: str = option(
        Choice("", "vnc", "spice", open=False, labels=DISPLAYS),
        default="",
        label=_("Display"),
        group=_NEW,
        help=_("SPICE brings sound and USB devices of this computer; its consoles open outside."),
    )
    new_format: str = option(
        Choice("", "qcow2", "raw", open=False, labels=FORMATS),
        default="",
        label=_("Format of disks"),
        group=_NEW,
        help=_("A raw disk takes all its room at once."),
    )
    new_firmware: str = option(
        Choice("", "uefi", open=False, labels=FIRMWARES),
        default="",
        label=_("Firmware"),
        group=_NEW,
        help=_("Of PCs; where the host has no UEFI, it is what the system needs."),
    )
    new_processor: str = option(
        Choice(*PROCESSORS, open=False, labels=PROCESSORS),
        default="",
        label=_("Processor"),
        group=_NEW,
        help=_("Of machines that run with KVM."),
    )
    edit_xml: bool = option(
        Flag(),
        default=True,
        label=_("Edit XML"),
        group=_XML,
        help=_("Otherwise definitions are shown, but cannot be changed as text."),
    )
    console_shown: str = ""
    """Which console of a machine was in front last: it is chosen there, not in the form."""

    list_arrangement: ListArrangement = field(default_factory=ListArrangement)
    """How the list of machines is arranged: it is chosen in the list, not in the form."""

    machines: MachineWishes = field(default_factory=MachineWishes)
    """What some machines have of their own: it is chosen there, not in the form."""

    def of_machine(self, uuid: str) -> Preferences:
        """Return the preferences as they are for a machine."""
        return dataclasses.replace(self, **self.machines.of(uuid))

    @property
    def measured(self) -> frozenset[str]:
        """The groups of figures that may be read (PREF-04), as a connection's ``stats`` has it."""
        switches = {
            "cpu": self.measure_cpu,
            "vcpu": self.measure_cpu,
            "memory": self.measure_memory,
            "disk": self.measure_disk,
            "network": self.measure_network,
        }
        return frozenset(group for group, on in switches.items() if on)


class PreferenceStore:
    """The preferences as they are now, and who wants to know when they change.

    A file that cannot be read is set aside, never overwritten; one of a newer version is read as
    far as it is understood and what is not understood is kept.

    Parameters
    ----------
    path
        The file; None means the one in Jupyter's configuration.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._unknown: dict[str, Any] = {}
        self._version = VERSION
        self._file = KeptFile("preferences.json", path, self._understood, Preferences())

    @property
    def path(self) -> Path:
        """Where they are kept."""
        return self._file.path

    @property
    def problem(self) -> LazyString | None:
        """What was wrong with the file, for people; None where nothing was."""
        _now = self._file.now
        return self._file.problem

    @property
    def now(self) -> Preferences:
        """The preferences."""
        return self._file.now

    def set(self, **values: object) -> None:
        """Change some preferences; the others stay as they are now, whoever changed them.

        Raises
        ------
        ValueError
            A value is not a right one; the text names the right ones.
        TypeError
            There is no such preference.
        OSError
            The file cannot be written; nothing has changed then.
        """
        _check(values)
        self._change(lambda _now: values)

    def set_for(self, uuid: str, **values: object) -> None:
        """Prefer something for one machine.

        Raises
        ------
        ValueError
            A value is not a right one, or a machine has no such preference; the text says why.
        OSError
            The file cannot be written; nothing has changed then.
        """
        if unknown := values.keys() - NAMES:
            raise ValueError(f"A machine has no {', '.join(unknown)} of its own.")
        _check(values)
        self._change(lambda now: {"machines": now.machines.with_own(uuid, values, vars(now))})

    def wants(self, name: str) -> bool:
        """Whether the question of this preference is asked."""
        return bool(getattr(self.now, name))

    def stop_asking(self, name: str) -> None:
        """Turn the question of a preference off, for good; it may raise as :meth:`set` does."""
        self.set(**{name: False})

    def observe(self, callback: Callable[[Preferences], object]) -> Subscription:
        """Call the callback on the publisher thread with the new preferences when they change."""
        return self._file.observe(callback)

    def _change(self, values_of: Callable[[Preferences], Mapping[str, object]]) -> None:
        chosen: dict[str, Any] = {}

        def change(now: Preferences) -> Preferences:
            chosen.update(values_of(now))
            return dataclasses.replace(now, **chosen)

        self._file.change(
            change,
            lambda wanted: {
                **dataclasses.asdict(wanted),
                "list_arrangement": wanted.list_arrangement.document(),
                "machines": wanted.machines.document(),
                **{name: value for name, value in self._unknown.items() if name not in chosen},
                "version": self._version,
            },
        )
        for name in chosen:
            self._unknown.pop(name, None)

    def _understood(self, document: dict[str, Any]) -> Preferences:
        unknown = dict(document)
        version = unknown.pop("version", VERSION)
        self._version = version if isinstance(version, int) else VERSION
        values: dict[str, Any] = {
            "machines": MachineWishes.understood(unknown.pop("machines", None), _check),
            "list_arrangement": ListArrangement.understood(unknown.pop("list_arrangement", None)),
        }
        for declared in declarations(Preferences):
            if declared.name not in unknown:
                continue
            value = unknown.pop(declared.name)
            try:
                declared.type.check(value)
            except (TypeError, ValueError) as error:
                _LOG.warning("The preference %s is not used: %s", declared.name, error)
                self._file.problem = _(
                    "The preference “{label}” was wrong and has its default."
                ).format(label=declared.label)
                # A newer version may know it: it stays in the file until somebody chooses.
                unknown[declared.name] = value
                continue
            values[declared.name] = value
        self._unknown = unknown
        return Preferences(**values)


def _check(values: Mapping[str, object]) -> None:
    """Raise ValueError where a value is not a right one."""
    for declared in declarations(Preferences):
        if declared.name in values:
            declared.type.check(values[declared.name])


preferences = PreferenceStore()
"""Those of this user."""
