"""How a connection is called, and whether the manager opens it by itself (HOST-01)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Flag, Text, option
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.forms.form import Form

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What somebody may change of a connection while it is used."""

    label: str = option(
        Text(max_length=256),
        label=_("Display name"),
        default="",
        help=_("Empty means the name that is made from the URI."),
    )
    autoconnect: bool = option(Flag(), label=_("Connect when the manager starts"), default=False)

    @classmethod
    def of(cls, connection: Connection) -> Naming:
        """Return how a connection is remembered.

        Parameters
        ----------
        connection
            The connection.
        """
        saved = saved_connections.get(connection.uri)
        return cls(
            label=saved.label if saved is not None else connection.own_label,
            autoconnect=saved is not None and saved.autoconnect,
        )


def naming_form(connection: Connection) -> Form[Naming]:
    """Return the form; what it saves is remembered, also for a connection that was not before.

    Parameters
    ----------
    connection
        The connection.
    """

    def save(wanted: Naming) -> None:
        saved = saved_connections.get(connection.uri)
        before = saved or SavedConnection(connection.uri, read_only=connection.read_only)
        # What goes wrong with the file is said in the form.
        saved_connections.replace(
            connection.uri,
            dataclasses.replace(before, label=wanted.label, autoconnect=wanted.autoconnect),
        )
        connection.label = wanted.label
        fleet.refresh()
        form.init(wanted)

    form: Form[Naming] = Form(
        Naming.of(connection),
        title=_("Connection"),
        submit=_("Save"),
        on_submit=save,
        rests=True,
        placeholders={"label": lambda _naming: connection.parts.describe()},
    )
    return form
