"""What will be made, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.provision import CloudImage
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.creation.draft import BRIDGE, MACVTAP
from qvirt_jupyter.widgets.creation.ways import way_of

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision import GuestRequest
    from qvirt_jupyter.widgets._creation_messages import SummaryState
    from qvirt_jupyter.widgets.creation.draft import Draft
    from qvirt_jupyter.widgets.creation.facts import Facts
    from qvirt_jupyter.widgets.creation.inputs import Shown


def summary_of(
    draft: Draft, facts: Facts, view: Shown, connection: Connection
) -> list[SummaryState]:
    """Return the lines, each with the page where it can be changed.

    Parameters
    ----------
    draft, facts, view, connection
        What was said, and the host.
    """
    system, whole = facts.system(draft.os), view.whole
    way = way_of(draft.method)
    medium = getattr(draft, way.source) if way.source else ""
    install = str(way.label)
    rows: list[tuple[LazyString | str, str, str]] = [
        (_("Host"), connection.label, "method"),
        (_("Install from"), f"{install}: {medium}" if medium else install, "method"),
        (_("Operating system"), system.name if system is not None else "", "medium"),
        (_("Machine"), _kind(draft, view), "method"),
        (_("Memory"), quantities.size(whole.memory, unit="KiB"), "resources"),
        (_("CPUs"), str(whole.vcpus), "resources"),
        (_("Disk"), _disk(view, whole), "medium" if draft.uses_disk else "storage"),
        (_("Network"), _network(view), "network"),
    ]
    if draft.method == "cloud":
        rows.insert(2, (_("First start"), _seed(whole), "seed"))
    rows = [row for row in rows if row[1] or row[0] != _("Machine")]
    if draft.is_container:
        rows = [row for row in rows if row[2] != "storage" and row[0] != _("Operating system")]
    return [{"label": str(label), "value": value, "step": step} for label, value, step in rows]


def _kind(draft: Draft, view: Shown) -> str:
    if draft.is_container:
        return ""
    words = [view.value(name) for name in ("architecture", "machine", "hypervisor")]
    return ", ".join(word for word in words if word)


def _seed(whole: GuestRequest) -> str:
    seed = whole.method.seed if isinstance(whole.method, CloudImage) else None
    if seed is None:
        return str(_("as the image does"))
    user = seed.user or str(_("the user of the image"))
    words = _("{user} on {host}") if seed.host_name else _("{user}")
    said = str(words.format(user=user, host=seed.host_name))
    if seed.password or not seed.ssh_keys:
        return said
    # The number is known only while it is drawn.
    count = len(seed.ssh_keys)
    keys = ngettext("{count} SSH key may sign in", "{count} SSH keys may sign in", count)
    return f"{said}; {keys.format(count=count)}"


def _disk(view: Shown, whole: GuestRequest) -> str:
    if not whole.disks:
        return str(_("none"))
    disk = whole.disks[0]
    if disk.path:
        return disk.path
    words = _("{size}, new in the pool {pool}")
    if view.has_format:
        words = _("{size}, new in the pool {pool} ({format})")
    return str(
        words.format(
            size=quantities.size(disk.size), pool=view.value("pool"), format=view.value("format")
        )
    )


def _network(view: Shown) -> str:
    chosen = view.value("network")
    named = {BRIDGE: _("Bridge {name}"), MACVTAP: _("Macvtap device {name}")}
    if chosen in named:
        name = view.value("bridge" if chosen == BRIDGE else "device")
        return str(named[chosen].format(name=name))
    return next((label for word, label, _why in view.choices("network") if word == chosen), "")
