"""What is said of a new machine in the wizard, and what the host says to it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import JobState, StoragePool
from qvirt_jupyter.provision import detect_image
from qvirt_jupyter.provision.guest.platform import takes_installers
from qvirt_jupyter.provision.transfers import Upload
from qvirt_jupyter.widgets.creation import ways
from qvirt_jupyter.widgets.creation.draft import Draft
from qvirt_jupyter.widgets.creation.facts import pools_of
from qvirt_jupyter.widgets.creation.inputs import Inputs, Shown
from qvirt_jupyter.widgets.creation.kinds import fitting, kind_of
from qvirt_jupyter.widgets.creation.making import Making
from qvirt_jupyter.widgets.creation.pages import pages_of
from qvirt_jupyter.widgets.creation.requested import code_of, misses_uefi, name_of, request_of
from qvirt_jupyter.widgets.creation.seed_draft import SeedDraft
from qvirt_jupyter.widgets.creation.system_choice import SystemChoice
from qvirt_jupyter.widgets.details.storage_browser import StorageBrowser
from qvirt_jupyter.widgets.details.work import work_in_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord
    from qvirt_jupyter.provision import GuestRequest
    from qvirt_jupyter.widgets._transfer_messages import BrowserFile
    from qvirt_jupyter.widgets.creation.checks import Problems
    from qvirt_jupyter.widgets.creation.facts import Facts
    from qvirt_jupyter.widgets.creation.pages import Page
    from qvirt_jupyter.widgets.details.source_desk import StorageWish
    from qvirt_jupyter.widgets.details.storage_browser import Mode
    from qvirt_jupyter.widgets.details.work import Work
    from qvirt_jupyter.widgets.questions import QuestionBoard

_UPLOADED: Final = frozenset({"media", "image", "disk"})
_FILES: Final[Mapping[str, Mode]] = {
    "media": "iso",
    "disk": "image",
    "image": "image",
    "root": "directory",
}
"""The inputs that a file is looked for, and what each wants."""
_SHARED: Final = "a disk of another machine"


class Conversation:
    """What was said of a machine, and on which host it will be; the wizard goes on from here.

    Parameters
    ----------
    questions
        Where it asks.
    on_change
        Called when it shows something else.
    on_connection
        Called with the URI of another connection that was chosen.
    tell
        Tells a browser window that its file of this number may come, and where it goes.
    quick
        Whether all of it is one page.
    """

    def __init__(
        self,
        questions: QuestionBoard,
        on_change: Callable[[], object],
        on_connection: Callable[[str], object],
        *,
        tell: Callable[[str, int, Upload], object],
        quick: bool = False,
    ) -> None:
        self._questions = questions
        self._on_change, self._on_connection = on_change, on_connection
        self._tell = tell
        self.is_quick = quick
        self.draft = Draft()
        self.inputs = Inputs()
        self.systems = SystemChoice(self._on_change, self._system_chosen)
        self.connection: Connection | None = None
        self.facts: Facts | None = None
        self.connections: list[tuple[str, str, str]] = []
        self.problems: Problems = {}
        self.problem: LazyString | str = ""
        self.busy: LazyString | str = ""
        self.storage: StorageBrowser | None = None
        self.making: Making | None = None
        self.uploading: Making | None = None
        self.shows = self.text = ""
        self.attempt = self.answered = 0
        self._page = ""
        self._reached: set[str] = set()
        self.awaits = ""
        self._wanted_medium = ("", False)

    # What it is about ---------------------------------------------------------------------------

    def use(self, connection: Connection, known: Facts) -> None:
        """Take a host on which the machine will be made."""
        self.connection, self.facts = connection, known
        self.systems.take(known.systems)
        self.draft = fitting(self.draft, known.offer)
        self.problem = ""
        self._leave_refused_way()
        if self._wanted_medium[0]:
            (wanted, is_upload), self._wanted_medium = self._wanted_medium, ("", False)
            self.offer(wanted, is_upload=is_upload)
        self._on_change()

    def drop_host(self, why_not: LazyString | str) -> None:
        """Take note that there is no host just now."""
        self.connection = self.facts = None
        self.storage = None
        self.problem = why_not
        self._on_change()

    def offer(self, path: str, *, is_upload: bool = False) -> None:
        """Begin with a file that somebody pointed at: an ISO image, or a disk.

        Parameters
        ----------
        path
            The file; of one that a browser is about to upload, its name.
        is_upload
            Whether that is so.
        """
        if self.facts is None:
            self._wanted_medium = (path, is_upload)
            return
        is_medium = path.lower().endswith((".iso", ".img.iso"))
        is_cloud = not is_medium and detect_image(path) is not None
        way = ways.way_of("media" if is_medium else "cloud" if is_cloud else "import")
        self.draft = self.draft.with_("method", way.id)
        if is_upload:
            self.awaits = path
        else:
            self.draft = self.draft.with_(way.source, path)
        if not self.is_quick:
            self._page = "medium"
            self._reached |= {"method", "medium"}
        if is_upload and not self.can_upload:
            self.problem = _(
                "{name} cannot be uploaded: no storage pool is on. Start or create one, and drop "
                "the file here."
            ).format(name=path)
        self._detect()

    @property
    def pages(self) -> list[Page]:
        """The pages that there are."""
        return pages_of(self.draft, quick=self.is_quick)

    @property
    def page(self) -> Page:
        """The page in front."""
        pages = self.pages
        return next((page for page in pages if page.id == self._page), pages[0])

    def is_reached(self, page: str) -> bool:
        """Whether one can go to a page without passing others first."""
        return page in self._reached or page == self.page.id

    @property
    def request(self) -> GuestRequest | None:
        """What is asked for; None where no host is known."""
        if self.facts is None or self.connection is None:
            return None
        draft = self.draft
        if self.trusts_own_keys:
            draft = draft.with_("seed", SeedDraft.suggested(self.name).seed())
        return request_of(draft, self.facts, self.connection)

    @property
    def takes_installers(self) -> bool:
        """Whether installers start by themselves in machines of the kind that is wanted."""
        if self.facts is None or self.draft.is_container:
            return True
        kind = kind_of(self.draft, self.facts.offer)
        return takes_installers(kind[0], has_uefi=self.facts.uefi.get(kind))

    @property
    def misses_uefi(self) -> bool:
        """Whether the user prefers UEFI, and the host has none for such machines."""
        return self.facts is not None and misses_uefi(self.draft, self.facts)

    @property
    def trusts_own_keys(self) -> bool:
        """Whether a cloud image is told nothing but the user's own SSH keys."""
        return self.is_quick and self.draft.method == "cloud"

    @property
    def asks_for_system(self) -> bool:
        """Whether the page in front asks for the operating system."""
        return self.page.has_systems and not self.draft.is_container

    @property
    def name(self) -> str:
        """The name of the machine; empty where no host is known."""
        if self.facts is None or self.connection is None:
            return ""
        return name_of(self.draft, self.facts, self.connection)

    @property
    def makes_disk(self) -> bool:
        """Whether a new volume is made."""
        return self.draft.asks_for_storage and self.draft.storage == "new"

    @property
    def code(self) -> str:
        """Python that does the same."""
        request = self.request
        return code_of(request, self.connection) if request and self.connection else ""

    def shown(self) -> Shown | None:
        """Return what the inputs show."""
        request, known = self.request, self.facts
        if request is None or known is None or self.connection is None:
            return None
        whole = request.completed(known.offer, known.systems)
        return Shown(self.draft, known, self.connection, whole, connections=self.connections)

    # What is said -------------------------------------------------------------------------------

    def edit(self, name: str, text: str, number: int) -> None:
        """Take what was typed into an input."""
        self.answered = number
        if name == "connection":
            if self.connection is None or text != self.connection.uri:
                self._on_connection(text)
            return
        view = self.shown()
        if view is None or self.is_making or name not in self.page.inputs(self.draft, view):
            return
        self.draft = self.inputs.edit(self.draft, name, text)
        self.problems.pop(name, None)
        self.problem = self.shows = ""
        if name == ways.way_of(self.draft.method).source:
            self._detect()
        self._on_change()

    def _usable_ways(self) -> list[ways.Way]:
        connection = self.connection
        if connection is None:
            return []
        return [
            way
            for way in ways.WAYS
            if way.is_for(connection)
            and not way.refusal(connection, takes_installers=self.takes_installers)
        ]

    def _leave_refused_way(self) -> None:
        """Take the first way that can be chosen, where that which was chosen cannot be."""
        usable = [way.id for way in self._usable_ways()]
        if self.draft.method not in usable:
            self.draft = self.draft.with_("method", next(iter(usable), "manual"))

    def choose_way(self, way: str) -> None:
        """Take a way to install."""
        for each in self._usable_ways():
            if each.id == way:
                self.draft = self.draft.with_("method", each.id)
                self.problems = {}
                self._reached -= {"medium", "storage", "summary"}
                self._detect()
                self._on_change()

    def system(self, wish: str, text: str) -> None:
        """Search for an operating system, or take one.

        Parameters
        ----------
        wish
            ``search``, ``choose``, ``old`` or ``detect``.
        text
            What was typed, the id of a system, or whether old ones are listed.
        """
        if self.is_making:
            return
        match wish:
            case "search":
                self.systems.search(text)
            case "choose":
                self.systems.choose(text)
            case "old":
                self.systems.show_old(wanted=text == "true")
            case "detect":
                self.systems.automatic()
        self._on_change()

    # Files --------------------------------------------------------------------------------------

    def browse(self, name: str) -> None:
        """Look for a file for an input."""
        if self.connection is None or name not in _FILES or self.is_making:
            return
        self.storage = StorageBrowser(
            self.connection,
            self._work,
            self._on_change,
            partial(self._file_chosen, name),
            path=getattr(self.draft, name),
            mode=_FILES[name],
        )
        self._on_change()

    def browsing(self, wish: StorageWish) -> None:
        """Do what is wanted in the storage browser."""
        if wish is None or self.storage is None:
            self.storage = None
            self._on_change()
        else:
            wish(self.storage)

    def _file_chosen(self, name: str, path: str, _volume: StorageVolumeRecord | None) -> None:
        self.storage = None
        self.edit(name, path, self.answered)

    # A file of the browser's machine ------------------------------------------------------------

    @property
    def is_uploading(self) -> bool:
        """Whether a file is being brought into a pool."""
        return self.uploading is not None and self.uploading.is_running

    @property
    def can_upload(self) -> bool:
        """Whether the page in front takes a file, and the host has a place for it."""
        return (
            self.connection is not None
            and self.page.id in ("medium", "quick")
            and ways.way_of(self.draft.method).source in _UPLOADED
            and not self.is_uploading
            and not self.is_making
            and bool(pools_of(self.connection))
        )

    def upload(self, file: BrowserFile, client: str) -> None:
        """Bring a file of a browser's machine into a pool, and take it as the medium."""
        connection = self.connection
        if connection is None or not self.can_upload:
            return
        self.awaits = ""
        field = ways.way_of(self.draft.method).source
        record = pools_of(connection)[0]
        pool = StoragePool(connection, record.uuid, record.name)
        upload = Upload(pool, file.name, file.size, file.modified)
        self.busy = _("A file is being uploaded.")
        job = upload.begin(lambda ready: self._tell(client, file.number, ready))
        self.uploading = Making(job, self._on_change, partial(self._uploaded, field))
        self._on_change()

    def _uploaded(self, field: str, job: Job[Any]) -> None:
        self.busy = ""
        if job.error is None:
            self.uploading = None
            self.edit(field, job.result(), self.answered)
        elif job.state is JobState.CANCELLED:
            self.uploading = None
        self._on_change()

    def _detect(self) -> None:
        way = ways.way_of(self.draft.method)
        # The draft keeps what was right before, and that is not what stands in the input now.
        is_wrong = bool(self.inputs.errors((way.source,)))
        where = getattr(self.draft, way.source) if way.source and not is_wrong else ""
        if self.connection is not None:
            self.systems.detect(self.connection, way.id, where, self._work)

    def _system_chosen(self, name: str) -> None:
        self.draft = self.draft.with_("os", name)

    @property
    def is_making(self) -> bool:
        """Whether the machine is being made just now."""
        return self.making is not None and self.making.is_running

    @property
    def _work(self) -> Work:
        connection = self.connection
        if connection is None:
            raise RuntimeError("There is no host to work on.")
        return partial(work_in_pool, connection)
