"""The form for what a network gives out, over its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets.forms.folder_form import FolderForm
from qvirt_jupyter.widgets.networks.settings import NetworkSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection


class SettingsForm(FolderForm[NetworkSettings]):
    """The form; what is wrong is said at its field before libvirt is asked.

    Parameters
    ----------
    connection
        Whose network it is.
    before, title, submit, on_submit, on_cancel
        As for each form.
    """

    _folder_fields: ClassVar[tuple[str, ...]] = ("tftp_root",)

    def __init__(
        self,
        connection: Connection,
        before: NetworkSettings,
        *,
        title: LazyString,
        submit: LazyString,
        on_submit: Callable[[NetworkSettings], object],
        on_cancel: Callable[[], object],
    ) -> None:
        self._look_in(connection)
        super().__init__(
            before, title=title, submit=submit, on_submit=on_submit, on_cancel=on_cancel
        )

    def validate(self) -> dict[str, str]:
        """Return what is wrong, by the names of the inputs."""
        errors = super().validate()
        for field, words in () if errors else self._draft.problems():
            errors.setdefault(field, words)
        return errors


def settings_form(
    connection: Connection,
    before: NetworkSettings,
    network: str,
    on_submit: Callable[[NetworkSettings], object],
    close: Callable[[], object],
) -> SettingsForm:
    """Return the form.

    Parameters
    ----------
    connection
        Whose network it is.
    before
        What stands in it at first.
    network
        The name of the network.
    on_submit
        Called with what was typed, where that is something else; the form is closed then.
    close
        Called when it is no longer needed.
    """

    def submitted(wanted: NetworkSettings) -> None:
        if wanted != before:
            on_submit(wanted)
        close()

    return SettingsForm(
        connection,
        before,
        title=_("Addresses, names and speed of {network}").format(network=network),
        submit=_("Save"),
        on_submit=submitted,
        on_cancel=close,
    )
