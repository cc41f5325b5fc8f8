"""The tab of the wizard: which host it works on, and what becomes of the machine."""

from __future__ import annotations

import html
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.connections.autoconnect import open_saved
from qvirt_jupyter.widgets.creation import facts
from qvirt_jupyter.widgets.creation.making import why
from qvirt_jupyter.widgets.creation.seed_draft import SeedDraft
from qvirt_jupyter.widgets.creation.seed_form import SeedForm
from qvirt_jupyter.widgets.creation.state import state_of
from qvirt_jupyter.widgets.creation.view import WizardView
from qvirt_jupyter.widgets.creation.wizard import Ends, Wizard
from qvirt_jupyter.widgets.details import Customisation
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.fleet import ConnectionState, fleet
from qvirt_jupyter.widgets.notices import NoticeBoard, Notices
from qvirt_jupyter.widgets.panel import Panel, close_all
from qvirt_jupyter.widgets.questions import QuestionBoard, Questions
from qvirt_jupyter.widgets.shell import close_tab, open_tab

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.hypervisor.publisher import Subscription
    from qvirt_jupyter.provision import CloudSeed
    from qvirt_jupyter.widgets.creation.facts import Facts

KIND = "create"
"""What the tab's panel is called."""


class CreationPanel(Panel):
    """Makes a new machine, page by page or on one page.

    Parameters
    ----------
    uri
        The connection that it is to be made on; empty for the first that is open.
    medium
        A file of that host to begin with; empty for none.
    quick
        ``"true"``: all of it is one page.
    upload
        The name of a file that the browser has and is about to upload; empty for none.
    """

    def __init__(self, uri: str = "", medium: str = "", quick: str = "", upload: str = "") -> None:
        # As show_panel() was called: by this the tab is found again.
        said = {"uri": uri, "medium": medium, "quick": quick, "upload": upload}
        self._arguments = {name: value for name, value in said.items() if value}
        self._wanted = uri
        self._connection: Connection | None = None
        self._inventory: Subscription | None = None
        self._notices = NoticeBoard()
        self._questions = QuestionBoard()
        self.wizard = Wizard(
            self._questions,
            self._show_soon,
            self._choose_connection,
            Ends(self._made, self._begin, self._leave),
            tell=lambda client, number, upload: publisher.post(
                None, lambda: self._view.take_file(client, number, upload)
            ),
            quick=quick == "true",
        )
        self._view = WizardView(self.wizard)
        # What has widgets of its own: the first start of a cloud image, customising.
        self._extra = ipywidgets.VBox()
        self._extra.add_class("qvirt-wizard-extra")
        self._typed_seed: SeedDraft | None = None
        self._customising: documents.Domain | None = None
        super().__init__(
            (
                Notices(self._notices),
                Questions(fleet.questions),
                Questions(self._questions),
                self._view,
                self._extra,
            )
        )
        self.add_class("qvirt-creation")
        if medium:
            # As the file browser of JupyterLab knows where it is.
            self.wizard.offer(str(Path(medium).expanduser()))
        elif upload:
            self.wizard.offer(upload, is_upload=True)
        self._show()
        self.follow(fleet.subscribe(self._look))
        if uri:
            fleet.open_if_idle(fleet.connection(uri))
        elif not any(each.is_connected for each in fleet.connections):
            open_saved()
        publisher.post(("creation", id(self)), self._look)

    def snapshot(self) -> str:
        """Return what a saved notebook shows: the code that makes the same machine."""
        return f"<pre>{html.escape(self.wizard.code)}</pre>"

    @property
    def typed_seed(self) -> SeedDraft | None:
        """What was typed of the first start of a cloud image; None where nothing was."""
        shown = next(iter(self._extra.children), None)
        return shown.draft if isinstance(shown, SeedForm) else self._typed_seed

    def take_over(self, before: Panel) -> None:
        """Go on where the wizard was before its page was loaded again."""
        if isinstance(before, CreationPanel):
            self._typed_seed = before.typed_seed
            self.wizard.take_over(before.wizard)

    def close(self) -> None:
        """Close the wizard; what failed attempts have left is taken away again."""
        if not self.is_closed:
            publisher.post(None, self.wizard.close)
            if self._inventory is not None:
                self._inventory.close()
        super().close()

    # What comes up: on the publisher thread -----------------------------------------------------

    def _show_soon(self) -> None:
        publisher.post(("wizard", id(self)), self._show)

    def _show(self) -> None:
        if not self.is_closed:
            self._view.show(state_of(self.wizard))
            self._show_extra()

    def _show_extra(self) -> None:
        """Put the widgets of the page in front below it, and take others away."""
        wizard, shown = self.wizard, next(iter(self._extra.children), None)
        is_same = wizard.customised is not None and self._customising is wizard.customised
        if isinstance(shown, Customisation) and is_same:
            shown.refuse(str(_("The machine is being made.")) if wizard.is_making else "")
            return
        if isinstance(shown, SeedForm) and wizard.page.id == "seed":
            return
        self._typed_seed = self.typed_seed
        self._customising = wizard.customised
        made: tuple[ipywidgets.Widget, ...] = ()
        if wizard.customised is not None and wizard.connection is not None:
            made = (
                Customisation(
                    wizard.customised,
                    wizard.connection,
                    on_volume=partial(wizard.disk_added, wizard.customised),
                    questions=self._questions,
                    notices=self._notices,
                ),
            )
        elif wizard.page.id == "seed":
            draft = self._typed_seed or SeedDraft.suggested(wizard.name)
            press = partial(self.wizard.press, client="")
            made = (SeedForm(self._take_seed, draft=draft, on_press=press),)
        if made or shown is not None:
            before, self._extra.children = self._extra.children, made
            for widget in before:
                close_all(widget)

    def _take_seed(self, seed: CloudSeed) -> None:
        publisher.post(None, partial(self.wizard.take_seed, seed))

    def _begin(self, client: str) -> None:
        """Make what was customised; what was not applied is asked about first."""
        shown = next(iter(self._extra.children), None)
        if isinstance(shown, Customisation):
            shown.leave(
                lambda: self.wizard.create(client, shown.document, autostart=shown.autostart),
                client,
            )

    def _look(self) -> None:
        """Look which connections there are, and take one."""
        if self.is_closed:
            return
        known = fleet.connections
        self.wizard.connections = [(each.uri, each.label, _refusal(each)) for each in known]
        usable = [each for each in known if not _refusal(each)]
        wanted = [each for each in known if each.uri == self._wanted]
        chosen = next(iter((*wanted, *usable, *known)), None)
        if chosen is not self._connection:
            self._connection = chosen
            self._follow(chosen)
            self.wizard.drop_host("")
        if chosen is None:
            self.wizard.drop_host(
                _("There is no connection yet. Add one in the Virtual Machine Manager.")
            )
        elif _refusal(chosen):
            self.wizard.drop_host(_refusal(chosen))
            fleet.explain(chosen, self._notices)
        elif self.wizard.connection is not chosen and not self.wizard.busy:
            self.wizard.busy = _("Looking what the host can run…")
            work_in_pool(
                chosen,
                partial(facts.read, chosen),
                partial(self._read, chosen),
                partial(self._not_read, chosen),
            )
        self._show_soon()

    def _follow(self, connection: Connection | None) -> None:
        if self._inventory is not None:
            self._inventory.close()
        self._inventory = (
            connection.inventory.subscribe(self._on_batch) if connection is not None else None
        )

    def _on_batch(self, batch: Batch) -> None:
        # Names, pools and networks are looked up when they are drawn.
        if batch.added or batch.removed or batch.changed:
            self._show_soon()

    def _read(self, connection: Connection, known: Facts) -> None:
        self.wizard.busy = ""
        if connection is self._connection and not self.is_closed:
            fleet.explain(connection, self._notices)
            self.wizard.use(connection, known)

    def _not_read(self, connection: Connection, error: BaseException) -> None:
        self.wizard.busy = ""
        if connection is self._connection:
            self.wizard.drop_host(why(error))

    # What goes down -----------------------------------------------------------------------------

    def _choose_connection(self, uri: str) -> None:
        if any(each.uri == uri for each in fleet.connections) and not self.wizard.is_making:
            self._wanted = uri
            fleet.open_if_idle(fleet.connection(uri))
            self._look()

    def _made(self, domain: Domain, client: str) -> None:
        """Open the machine's tab, whose console is in front."""
        arguments = {"uri": domain.connection.uri, "uuid": domain.uuid}
        open_tab("vm", arguments, domain.subject.name, client)
        close_tab(KIND, self._arguments)

    def _leave(self, _client: str) -> None:
        close_tab(KIND, self._arguments)


def _refusal(connection: Connection) -> str:
    """Return why no machine can be made there; empty where one can."""
    if connection.state is ConnectionState.CONNECTING:
        return str(_("Connecting to {label}…").format(label=connection.label))
    if not connection.is_connected:
        return str(_("Not connected to {label}.").format(label=connection.label))
    return connection.features.reason("write")
