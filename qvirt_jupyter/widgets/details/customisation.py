"""A machine is customised before it is made: all its pages, Add Hardware, Remove, and its XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.details.details import Details
from qvirt_jupyter.widgets.details.drafted_machine import DraftedMachine
from qvirt_jupyter.widgets.details.drafted_xml import DraftedXml
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.notices import NoticeBoard, Notices
from qvirt_jupyter.widgets.questions import QuestionBoard, Questions
from qvirt_jupyter.widgets.subshells import hear_beside_cells
from qvirt_jupyter.widgets.xml.definition_tabs import why_no_new_xml
from qvirt_jupyter.widgets.xml.sources import NewDeviceXml

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import StorageVolume
    from qvirt_jupyter.hypervisor.connection import Connection

_XML = 1
"""The tab that is built when it is in front first."""


class Customisation(ipywidgets.VBox):
    """The Details tab and the XML of a definition that libvirt does not know yet.

    What is fixed in a machine that exists can be changed here: firmware, chipset, buses, images,
    addresses, its name; only the kind of guest (hypervisor, architecture) stays. Apply writes into
    the definition in memory and nowhere else: there is no history, nothing is tried on a running
    machine, and removing a disk deletes no volume. The new image of a disk that is added here is
    made at once, though: `on_volume` is told of it, to take it away where no machine is made. A
    dialogue embeds it as a child and makes the machine of :attr:`document` when the user has
    finished::

        page = Customisation(request.build(connection), connection, on_change=self._take)
        ...
        page.leave(lambda: self._create(page.document, autostart=page.autostart), client)

    Parameters
    ----------
    document
        The definition to begin with; it is copied.
    connection
        The host that the machine is made for; it says what there is to choose from.
    on_change
        Called on the publisher thread after each Apply, Add and Remove with the whole definition,
        passwords included.
    on_volume
        Called there with each image that was made for a disk that was added.
    questions, notices
        Where the dialogue asks and explains; without them, this shows boards of its own.

    Attributes
    ----------
    details
        The pages.
    """

    def __init__(
        self,
        document: documents.Domain,
        connection: Connection,
        on_change: Callable[[documents.Domain], object] | None = None,
        *,
        on_volume: Callable[[StorageVolume], object] | None = None,
        questions: QuestionBoard | None = None,
        notices: NoticeBoard | None = None,
    ) -> None:
        self._on_change = on_change
        self._machine = DraftedMachine(document, connection, self._changed, on_volume)
        self._editor: DraftedXml | None = None
        own: list[ipywidgets.Widget] = []
        if notices is None:
            notices = NoticeBoard()
            own.append(Notices(notices))
        if questions is None:
            questions = QuestionBoard()
            own.append(Questions(questions))
        self.details = Details(
            self._machine,
            questions,
            notices,
            fleet.wishes,
            to_xml=self._show_xml,
            to_new_xml=self._show_new_xml,
        )
        self._xml = ipywidgets.VBox()
        self._tabs = ipywidgets.Tab(
            [self.details, self._xml], titles=[str(_("Details")), str(_("XML"))], selected_index=0
        )
        self._tabs.add_class("qvirt-tabs")
        self._tabs.observe(
            lambda _change: publisher.post(("customisation", id(self)), self._change_tab),
            names="selected_index",
        )
        hear_beside_cells(self._tabs)
        super().__init__([*own, self._tabs])
        self.add_class("qvirt-customisation")
        publisher.post(None, self.details.want)

    @property
    def document(self) -> documents.Domain:
        """The definition as it was applied last, passwords included; a copy."""
        return self._machine.document(secure=True)

    @property
    def autostart(self) -> bool:
        """Whether the machine is to start with its host."""
        return self._machine.autostart

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed that is not applied."""
        return self.details.is_dirty or (self._editor is not None and self._editor.is_dirty)

    def leave(self, then: Callable[[], object], client: str = "") -> None:
        """Go on; asks first where something is not applied, and applies it if that is wanted.

        Parameters
        ----------
        then
            What is wanted; never called where the user stays. On the publisher thread.
        client
            The browser window that wants it.
        """

        def leave_xml() -> None:
            if self._editor is not None and self._editor.is_dirty:
                # It asks in its own tab.
                self._tabs.selected_index = _XML
                self._editor.leave(then)
            else:
                then()

        publisher.post(None, lambda: self.details.leave(leave_xml, client))

    def begin_again(self, document: documents.Domain) -> None:
        """Show another definition, such as one that an earlier page of the dialogue made anew.

        What was typed and not applied is kept, and said to have been changed by somebody else.

        Parameters
        ----------
        document
            It is copied.
        """
        self._machine.begin_again(document)
        publisher.post(None, self._look_again)

    def refuse(self, reason: str) -> None:
        """Say why nothing can be changed now, such as while the machine is made; empty: it can."""
        publisher.post(None, lambda: self.details.follow(None, reason))

    def _changed(self, document: documents.Domain) -> None:
        self._look_again()
        if self._on_change is not None:
            self._on_change(document)

    def _look_again(self) -> None:
        self.details.look_again()
        if self._editor is not None:
            self._editor.follow()

    def _show_xml(self, key: str) -> None:
        self._tabs.selected_index = _XML
        self._want_xml().choose(key)

    def _show_new_xml(self, text: str) -> str:
        reason = why_no_new_xml(self._editor)
        if not reason:
            self._tabs.selected_index = _XML
            self._want_xml().choose(NewDeviceXml.key, text)
        return reason

    def _change_tab(self) -> None:
        if self._tabs.selected_index == _XML:
            self._want_xml()

    def _want_xml(self) -> DraftedXml:
        if self._editor is None:
            self._editor = DraftedXml(self._machine)
            self._xml.children = (self._editor,)
        return self._editor
