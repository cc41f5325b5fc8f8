"""Removing a device: asks first, names what goes along, and can delete the file of a disk."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.provision.deletion import delete_left_file, file_of_disk, unknown_file
from qvirt_jupyter.widgets.details.definitions import devices_of
from qvirt_jupyter.widgets.details.drafted_machine import DraftedMachine
from qvirt_jupyter.widgets.notices import Notice
from qvirt_jupyter.widgets.questions import Question, QuestionField

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from qvirt_jupyter.hypervisor import EditResult
    from qvirt_jupyter.provision.deletion import DeleteResult, PlannedFile
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.work import Boards, Work
    from qvirt_jupyter.widgets.questions import Answer

ASKING: Final = "confirm_remove_device"
"""The preference that asks before a device is removed."""
_DELETE: Final = "delete"
_SAID: Final = {
    "next_boot": _("{device} is gone after the next shutdown."),
    "never": _("{device} stays: the machine is transient, and does not let go of it."),
}


class Removal:
    """Removes devices of one machine; always on the publisher thread.

    Parameters
    ----------
    domain
        The machine.
    boards
        Where its panel asks and explains.
    work
        How something that waits for libvirt is done.
    on_done
        Called when something was removed or the guest was asked to let it go.

    Attributes
    ----------
    unplugging
        The keys of devices that the guest has not let go yet.
    """

    def __init__(
        self,
        domain: Machine,
        boards: Boards,
        work: Work,
        on_done: Callable[[], object],
    ) -> None:
        self._domain = domain
        self._questions, self._notices, self._wishes = boards
        self._work, self._on_done = work, on_done
        self._files: dict[str, PlannedFile] = {}
        self.unplugging: set[str] = set()

    def ask(self, key: str, device: documents.Device, client: str) -> None:
        """Ask whether a device is to be removed.

        Parameters
        ----------
        key
            What the tree calls it.
        device
            The device, in its definition.
        client
            The browser window that wants it.
        """
        domain = self._domain
        where = device.where if isinstance(device, documents.Disk) else ""
        if not where or isinstance(domain, DraftedMachine):
            # Nothing on the host belongs to a machine that is not made yet.
            self._ask(key, device, client, None)
            return
        self._work(
            lambda: file_of_disk(domain, where),
            partial(self._ask, key, device, client),
            # What cannot be looked up is not deleted.
            lambda error: self._ask(key, device, client, unknown_file(where, str(error))),
        )

    def ask_guest_again(self, key: str, device: documents.Device) -> None:
        """Ask a guest once more that did not let go of a device."""
        self._remove(key, device, self._files.get(key))

    def _ask(
        self, key: str, device: documents.Device, client: str, file: PlannedFile | None
    ) -> None:
        name = str(device.display_name)
        if file is None and not self._wishes.wants(ASKING):
            self._remove(key, device, None)
            return
        lines = [str(device.summary)] if device.summary else []
        along = [str(each.display_name) for each in device.goes_along]
        if along:
            lines.append(
                str(_("What makes no sense without it goes too: {names}.")).format(
                    names=", ".join(along)
                )
            )
        fields: tuple[QuestionField, ...] = ()
        if file is not None:
            # The device goes, not the machine: its file stays unless that is wanted (DEL-09).
            why_not = file.reason if file.fixed else ""
            label = _("Delete {path} too. What is stored there is lost.").format(path=file.path)
            if not file.ticked and not file.fixed:
                label = _("Delete {path} too, though: {reason}").format(
                    path=file.path, reason=file.reason
                )
            fields = (QuestionField(_DELETE, label, check=True, reason=why_not),)

        def go_on(answer: Answer | None) -> None:
            if answer is None:
                return
            if answer.remember:
                try:
                    self._wishes.stop_asking(ASKING)
                except OSError as error:
                    self._notices.put_error(_("The preferences could not be saved."), error)
            wanted = file if answer.values.get(_DELETE) == "true" else None
            if wanted is not None and wanted.fixed:
                wanted = None
            publisher.post(None, lambda: self._remove(key, device, wanted))

        # Who asks twice is asked once.
        about = f"remove {key}"
        self._questions.withdraw(about)
        self._questions.ask(
            Question(
                _("Remove {device} from {name}?").format(
                    device=name, name=self._domain.subject.name
                ),
                "\n".join(lines),
                _("Remove"),
                danger=True,
                fields=fields,
                remember="" if file is not None else _("Don't ask again"),
                client=client,
                about=about,
            ),
            go_on,
        )

    def _remove(self, key: str, device: documents.Device, file: PlannedFile | None) -> None:
        self._work(
            lambda: self._domain.detach(device),
            partial(self._removed, key, str(device.display_name), file),
            lambda error: self._notices.put_error(
                _("{device} could not be removed.").format(device=device.display_name), error
            ),
        )

    def _removed(self, key: str, name: str, file: PlannedFile | None, result: EditResult) -> None:
        waiting = [each for each in result.effects if each.when in ("next_boot", "never")]
        if any(effect.when == "pending" for effect in result.effects):
            self.unplugging.add(key)
            if file is not None:
                # Its guest still writes to it: it is deleted when it has let go.
                self._files[key] = file
        elif waiting:
            self._notices.put(
                Notice(
                    f"removed {key}",
                    "info",
                    _SAID[waiting[0].when].format(device=name),
                    str(waiting[0].reason),
                )
            )
            if file is not None:
                self._notices.put(
                    Notice(
                        f"kept {key}",
                        "warning",
                        _("{path} was not deleted.").format(path=file.path),
                        _("The running machine still uses it."),
                    )
                )
        elif file is not None:
            self._delete(file)
        self._on_done()

    def take(self, running: documents.Domain | None) -> None:
        """Look what the guest has let go.

        Parameters
        ----------
        running
            How the machine runs now; None where it is off.
        """
        there: Collection[str] = devices_of(running) if running is not None else ()
        for key in [key for key in self.unplugging if key not in there]:
            self.unplugging.discard(key)
            file = self._files.pop(key, None)
            if file is not None:
                self._delete(file)

    def _delete(self, file: PlannedFile) -> None:
        title = _("{path} could not be deleted.").format(path=file.path)

        def look(result: DeleteResult) -> None:
            if result.is_left:
                notice = Notice(f"left {file.key}", "error", title, result.reason)
                self._notices.put(notice)

        self._work(
            lambda: delete_left_file(self._domain.connection, file),
            look,
            lambda error: self._notices.put_error(title, error),
        )
