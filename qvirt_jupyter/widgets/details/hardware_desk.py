"""What a page does with hardware: adds a device, and finds the file for one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError, publisher
from qvirt_jupyter.widgets.details.add_page import AddPage, addable
from qvirt_jupyter.widgets.details.host_device_page import HOST_DEVICE, HostDevicePage
from qvirt_jupyter.widgets.details.page_desk import PageDesk
from qvirt_jupyter.widgets.details.sources import browsable, source_of
from qvirt_jupyter.widgets.details.storage_browser import StorageBrowser
from qvirt_jupyter.widgets.questions import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.documents import Device
    from qvirt_jupyter.hypervisor.hotplug import Moment
    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord
    from qvirt_jupyter.widgets.details.draft import Draft
    from qvirt_jupyter.widgets.details.page import Page
    from qvirt_jupyter.widgets.questions import Answer

StorageWish: TypeAlias = "Callable[[StorageBrowser], object] | None"
"""What is wanted in the storage browser; None closes it."""

_NEXT_START: Final = "add for the next start"
"""What the question whether to add something later is about."""


class HardwareDesk(PageDesk):
    """A desk whose pages may also add devices and look for files.

    The parameters are those of :class:`PageDesk`.
    """

    def press(self, key: str, button: str, client: str) -> None:
        """Do what a button says."""
        if self._page is None or key != self._page.key:
            return
        if button == "add":
            self._add("both")
        elif button == "back":
            self._around.on_added(False)  # noqa: FBT003 - as it is declared
        else:
            super().press(key, button, client)

    def open(self, page: Page) -> None:
        """Bring a page to the front; what was asked about the one before is asked no more."""
        if self._page is None or page.key != self._page.key:
            self._around.boards.questions.withdraw(_NEXT_START)
        super().open(page)

    # Adding -------------------------------------------------------------------------------------

    def choose_kind(self, kind: str) -> None:
        """Show what a device of another kind needs; of what cannot be added nothing is shown."""
        found = self._definitions
        if not isinstance(self._page, AddPage) or found is None:
            return
        if not any(cls.tag == kind and not reason for cls, reason in addable(found)):
            return
        if kind != HOST_DEVICE:
            self.open(AddPage(kind))
            return
        self._work(
            lambda: self._domain.connection.node_devices.descriptions,
            lambda nodes: self.open(HostDevicePage(nodes)),
            self._failed,
        )

    def apply(self, then: Callable[[], object] | None = None) -> None:
        """Apply what was touched, or add what is to be added, and then go on."""
        if isinstance(self._page, AddPage):
            self._add("both", then)
        else:
            super().apply(then)

    def _add(self, when: Moment, then: Callable[[], object] | None = None) -> None:
        page, draft = self._page, self._draft
        if not isinstance(page, AddPage) or draft is None or self._is_busy:
            return
        if draft.wrong or self._refused:
            self._attempt += 1
            self._problem = self._refused
            self._show()
            return
        device = page.device(draft.filled())
        if device is None:
            return
        added = device.copy()
        refused = self._why_not(added)
        if refused:
            self._attempt += 1
            self._problem = refused
            self._show()
            return
        self._around.boards.questions.withdraw(_NEXT_START)
        self._begin_work()
        self._work(
            lambda: self._domain.attach(added, when=when),
            lambda _result: self._added(then),
            partial(self._not_added, when, str(device.display_name)),
        )

    def _why_not(self, device: Device) -> str:
        found = self._definitions
        return "" if found is None else str(device.refused(found.stored, found.host))

    def _added(self, then: Callable[[], object] | None) -> None:
        self._is_busy = False
        self._begin()
        if then is not None:
            then()
        else:
            self._around.on_added(True)  # noqa: FBT003 - as it is declared
        self._around.on_applied()

    def _not_added(self, when: Moment, name: str, error: BaseException) -> None:
        """Say why; where it was the running machine that refused, offer the next start."""
        self._failed(error)
        runs = self._definitions is not None and self._definitions.running is not None
        if when != "both" or not runs or not isinstance(error, QvirtError):
            return

        def go_on(answer: Answer | None) -> None:
            if answer is not None:
                publisher.post(None, lambda: self._add("next_boot"))

        self._around.boards.questions.ask(
            Question(
                _("Add {device} for the next start?").format(device=name),
                error.reason,
                _("Add for the next start"),
                about=_NEXT_START,
            ),
            go_on,
        )

    # Looking for files --------------------------------------------------------------------------

    def browse(self, key: str, name: str) -> None:
        """Look for a file for a field."""
        draft, element = self._editable(key)
        if draft is None or element is None:
            return
        declared = next((item for item in self._declared(element) if item.name == name), None)
        if declared is None or self._why_fixed(element, name) or not browsable(element, name):
            return
        # New volumes are for disks; what is read only must be there already.
        is_new = isinstance(self._page, AddPage) and isinstance(element, documents.Disk)
        self._storage = StorageBrowser(
            self._domain.connection,
            self._work,
            self._show,
            partial(self._chosen, name),
            name=self._domain.subject.name if is_new else "",
            path=str(declared.get(element) or ""),
            title=_("Choose a file or a device"),
        )
        self._show()

    def storage(self, wish: StorageWish) -> None:
        """Do what is wanted in the storage browser."""
        if wish is None or self._storage is None:
            self._storage = None
            self._show()
        else:
            wish(self._storage)

    def _chosen(self, name: str, path: str, volume: StorageVolumeRecord | None) -> None:
        page, draft = self._page, self._draft
        self._storage = None
        if page is None or draft is None or draft.element is None:
            return
        was_dirty = draft.is_dirty
        for field, value in source_of(draft.element, name, path, volume):
            declared = next(
                (each for each in self._declared(draft.element) if each.name == field), None
            )
            if declared is not None and not self._why_fixed(draft.element, field):
                draft.touch(declared, value)
        self._typed(was_dirty=was_dirty)
        if isinstance(draft.element, documents.Disk):
            self._work(
                lambda: self._domain.connection.domains.using(path),
                partial(self._users_found, draft, path),
                lambda _error: None,
            )

    def _users_found(self, draft: Draft, path: str, users: tuple[str, ...]) -> None:
        others = [name for name in users if name != self._domain.subject.name]
        if others and draft is self._draft:
            self._warning = _(
                "{path} is used by {names}. Two machines that write to one disk destroy what is "
                "on it."
            ).format(path=path, names=", ".join(others))
            self._show()
