"""What a page does with hardware: adds a device, with its image where that is new."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError, doubts_about, publisher
from qvirt_jupyter.provision import osinfo
from qvirt_jupyter.provision.guest.folder_pools import managed
from qvirt_jupyter.widgets.details import display_changing, resizing
from qvirt_jupyter.widgets.details.add_disk_page import DISK, AddDiskPage
from qvirt_jupyter.widgets.details.add_page import AddPage, addable
from qvirt_jupyter.widgets.details.disk_page import DiskPage
from qvirt_jupyter.widgets.details.drafted_machine import DraftedMachine
from qvirt_jupyter.widgets.details.fields import input_for
from qvirt_jupyter.widgets.details.host_device_page import HOST_DEVICE, HostDevicePage
from qvirt_jupyter.widgets.details.source_desk import SourceDesk
from qvirt_jupyter.widgets.questions import Question
from qvirt_jupyter.widgets.shell import open_host_tab

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.documents import Device
    from qvirt_jupyter.hypervisor import NewDisk
    from qvirt_jupyter.hypervisor.editing.hotplug import Moment
    from qvirt_jupyter.provision.osinfo import OperatingSystem
    from qvirt_jupyter.widgets.details.draft import Draft
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.page import Page
    from qvirt_jupyter.widgets.details.page_desk import Around
    from qvirt_jupyter.widgets.details.work import Work
    from qvirt_jupyter.widgets.questions import Answer

_NEXT_START: Final = "add for the next start"
"""What the question whether to add something later is about."""
_NO_IMAGE_IN_XML: Final = _(
    "XML names an image but makes none. Add the disk here, or select existing storage first."
)


class HardwareDesk(SourceDesk):
    """A desk whose pages may also add devices.

    The parameters are those of :class:`PageDesk`.
    """

    def __init__(self, domain: Machine, work: Work, around: Around) -> None:
        super().__init__(domain, work, around)
        self._opened = 0

    def press(self, key: str, button: str, client: str) -> None:
        """Do what a button says."""
        if self._page is None or key != self._page.key:
            return
        if button == "add":
            self._add("both")
        elif button == "back":
            self._around.on_added(False)  # noqa: FBT003 - as it is declared
        elif button == "as xml":
            self._go_on_as_xml()
        elif button == "resize":
            self._resize(client)
        elif button in (display_changing.REPLACE, display_changing.LISTEN):
            self._change_display(button, client)
        elif button == "storage" and not isinstance(self._domain, DraftedMachine):
            open_host_tab(self._domain.connection, client, "storage")
        else:
            super().press(key, button, client)

    def open(self, page: Page) -> None:
        """Bring a page to the front; what was asked about the one before is asked no more."""
        if self._page is None or page.key != self._page.key:
            self._around.boards.questions.withdraw(_NEXT_START)
            self._around.boards.questions.withdraw(resizing.ABOUT)
            self._around.boards.questions.withdraw(display_changing.ABOUT)
        self._opened += 1
        super().open(page)

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed that is not applied."""
        page = self._page
        return super().is_dirty or (isinstance(page, AddDiskPage) and page.is_touched)

    def discard(self) -> None:
        """Forget what was typed."""
        if isinstance(self._page, AddDiskPage):
            self._page.forget()
        super().discard()

    def edit(self, key: str, name: str, text: str) -> None:
        """Take what was typed on a page, as the browser sends it."""
        page, draft = self._page, self._draft
        if not isinstance(page, AddDiskPage) or draft is None or not page.owns(name):
            super().edit(key, name, text)
            return
        _draft, element = self._editable(key)
        if element is None:
            return
        declared = next((item for item in self._declared(element) if item.name == name), None)
        if declared is None:
            return
        page.remarks.pop(name, None)
        was_dirty = self.is_dirty
        self._problem, self._said = "", ()
        try:
            declared.set(element, input_for(declared).read(text))
            draft.wrong.pop(name, None)
        except ValueError as error:
            draft.wrong[name] = (text, str(error))
        self._typed(was_dirty=was_dirty)

    # Growing ------------------------------------------------------------------------------------

    def _resize(self, client: str) -> None:
        page, domain = self._page, self._domain
        if (
            not isinstance(page, DiskPage)
            or page.growth is None
            or page.growth.reason
            or isinstance(domain, DraftedMachine)
            or self._refused
            or self._is_busy
        ):
            return
        asking = resizing.Resizing(
            domain, self._work, self._around.boards, partial(self._resized, page.key)
        )
        asking.ask(self.title, page.growth.target, client)

    def _resized(self, key: str, said: str) -> None:
        page, found = self._page, self._definitions
        if page is not None and page.key == key:
            self._said = (said,)
            self._show()
        # The tree shows the size too.
        self._around.on_applied()
        if page is not None and found is not None and self.is_dirty:
            # What somebody works on stays as it is, but for the size that is read beside it.
            self._look_up(page, found)

    # Another way to the screen ------------------------------------------------------------------

    def _change_display(self, button: str, client: str) -> None:
        page, found, domain = self._page, self._definitions, self._domain
        if (
            page is None
            or found is None
            or isinstance(domain, DraftedMachine)
            or self._refused
            or self._is_busy
            or self.is_dirty
        ):
            return
        # libvirt counts the displays of the machine that runs.
        shown = found.running or found.stored
        displays, device = list(shown.devices.graphics), page.element(shown)
        index = displays.index(device) if isinstance(device, documents.Graphics) else 0
        changing = display_changing.DisplayChanging(
            domain, self._work, self._around.boards, self._around.on_applied
        )
        changing.ask(button, index, client)

    # Adding -------------------------------------------------------------------------------------

    def choose_kind(self, kind: str) -> None:
        """Show what a device of another kind needs; of what cannot be added nothing is shown."""
        found = self._definitions
        if not isinstance(self._page, AddPage) or found is None:
            return
        if not any(cls.tag == kind and not reason for cls, reason in addable(found)):
            return
        self.begin_adding(kind)

    def begin_adding(self, kind: str) -> None:
        """Bring the page to the front that adds a device of a kind."""
        found = self._definitions
        os_id = found.stored.metadata.os_id if found is not None else None
        if kind != HOST_DEVICE and not os_id:
            self.open(self._adding(kind, None))
            return
        self._opened += 1
        wanted = self._opened

        def look_up() -> AddPage:
            if kind == HOST_DEVICE:
                return HostDevicePage.of(self._domain.connection)
            # The database of systems may have to be read first.
            return self._adding(kind, osinfo().get(os_id or ""))

        def looked_up(page: AddPage) -> None:
            if self._opened == wanted:
                self.open(page)

        self._work(look_up, looked_up, self._failed)

    def _adding(self, kind: str, system: OperatingSystem | None) -> AddPage:
        known = system if system is not None and not system.is_generic else None
        if kind != DISK:
            return AddPage(kind, known)
        inventory = self._domain.connection.inventory
        name = self._domain.subject.name
        return AddDiskPage(name, lambda: inventory.snapshot().storage_pools, known)

    def apply(self, then: Callable[[], object] | None = None) -> None:
        """Apply what was touched, or add what is to be added, and then go on."""
        if isinstance(self._page, AddPage):
            self._add("both", then)
        else:
            super().apply(then)

    def _go_on_as_xml(self) -> None:
        """Edit the XML of what is filled in; it is added from there."""
        page, draft = self._page, self._draft
        if not isinstance(page, AddPage) or draft is None or self._is_busy or self._is_wrong(draft):
            return
        device = page.device(draft.filled())
        if device is None:
            return
        if isinstance(page, AddDiskPage) and page.new_disk(device) is not None:
            self._problem = str(_NO_IMAGE_IN_XML)
        else:
            self._problem = self._around.to_new_xml(f"{device}\n")
        if self._problem:
            self._show()

    def _is_wrong(self, draft: Draft) -> bool:
        """Tell whether something that was typed makes no sense, and show it then."""
        if draft.element is not None:
            draft.forget_hidden(self._declared(draft.element))
        if not draft.wrong and not self._refused:
            return False
        self._attempt += 1
        self._problem = self._refused
        self._show()
        return True

    def _add(self, when: Moment, then: Callable[[], object] | None = None) -> None:
        page, draft = self._page, self._draft
        if not isinstance(page, AddPage) or draft is None or self._is_busy:
            return
        if self._is_wrong(draft):
            return
        device = page.device(draft.filled())
        if device is None:
            return
        added = device.copy()
        new = page.new_disk(added) if isinstance(page, AddDiskPage) else None
        refused = self._why_not(added, makes_source=new is not None)
        if refused:
            self._attempt += 1
            self._problem = refused
            self._show()
            return
        self._around.boards.questions.withdraw(_NEXT_START)
        go_on = partial(self._attach, added, new, when, then)
        if when == "next_boot":
            # It was asked before the running machine was.
            go_on()
            return
        self._when_settled(
            draft,
            lambda: new.doubts(self._domain) if new else doubts_about(self._domain, added),
            go_on,
        )

    def _attach(
        self,
        device: Device,
        new: NewDisk | None,
        when: Moment,
        then: Callable[[], object] | None,
    ) -> None:
        domain = self._domain
        # Nobody has the image of a machine that may never be made.
        made = domain.keep if isinstance(domain, DraftedMachine) else None

        def attach() -> object:
            if new:
                return new.attach_to(domain, when=when, made=made)
            # What lies beside the file is seen then, as the wizard has it (ADD-13); that of a
            # machine which is not made yet is managed with the machine.
            is_made = not isinstance(domain, DraftedMachine)
            file = device.path if isinstance(device, documents.Disk) and is_made else None
            with managed(domain.connection, (file,)):
                return domain.attach(device, when=when)

        self._begin_work()
        self._work(
            attach,
            lambda _result: self._added(device, then),
            partial(self._not_added, when, str(device.display_name)),
        )

    def _why_not(self, device: Device, *, makes_source: bool) -> str:
        found = self._definitions
        if found is None:
            return ""
        asked = device.copy()
        if makes_source and isinstance(asked, documents.Disk):
            # Its image is made when nothing else is wrong.
            asked.type = "file"
            asked.source = documents.FileSource(file="/new")
        reason = str(asked.refused(found.stored, found.host))
        if not reason and isinstance(asked, documents.Disk) and found.running is not None:
            reason = str(asked.refused(found.running, found.host))
        return reason

    def _added(self, device: Device, then: Callable[[], object] | None) -> None:
        self._is_busy = False
        self._remember(device)
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
