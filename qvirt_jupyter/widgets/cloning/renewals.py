"""Who gives the guests of clones their new host names and machine IDs, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qvirt_jupyter.provision.cloning.plan import Renewal

_RENEWALS: Mapping[Renewal, LazyString] = {
    "": _(
        "By cloud-init where the machine has its seed in a drive, otherwise by the guest agent of "
        "the clones, which are started for it."
    ),
    "cloud-init": _(
        "By cloud-init when a clone starts: it does all of its work again, as users, SSH keys, "
        "packages and commands."
    ),
    "agent": _("By the guest agent of the clones, which are started for it."),
}
"""What is said of it: before it is wanted, or of machines that differ, what may be."""


def renewal_text(renewals: Iterable[Renewal]) -> str:
    """Return what is said of it beside its check box.

    Parameters
    ----------
    renewals
        Of the plan of each machine.
    """
    found = set(renewals)
    return str(_RENEWALS[found.pop() if len(found) == 1 else ""])
