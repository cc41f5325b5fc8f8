"""The dialogs about volumes: each fills in a request, and the pool of threads does it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import OperationCancelled, StorageVolume, Unsupported, publisher
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.provision.guest.places import free_name
from qvirt_jupyter.provision.volumes import VolumeRequest, pool_facts
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.forms.form import Form, Note
from qvirt_jupyter.widgets.questions import Question, QuestionField
from qvirt_jupyter.widgets.storage.volume_forms import CopyWish, SizeWish, WipeWish
from qvirt_jupyter.widgets.storage.volume_words import (
    bases_of,
    note_of_move,
    note_of_new,
    secret_words,
    use_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qvirt_jupyter.hypervisor import Job, StoragePool, SurveyedVolume
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.details.work import Boards
    from qvirt_jupyter.widgets.dialog_place import DialogPlace
    from qvirt_jupyter.widgets.questions import Answer
    from qvirt_jupyter.widgets.storage.transfers import Transfers

T = TypeVar("T")
_LISTED: Final = 12
"""So many names stand in a question."""


class VolumeDialogs:
    """Opens the dialogs of a pool's volumes, one at a time.

    Parameters
    ----------
    connection
        Whose host.
    place
        Where they stand.
    boards
        Where the panel asks and explains.
    on_done
        Called on the publisher thread with the pool and the name of a volume that is new or other
        now; the name is empty where one is gone.
    transfers
        Where uploads and downloads are.
    """

    def __init__(
        self,
        connection: Connection,
        place: DialogPlace,
        boards: Boards,
        on_done: Callable[[StoragePool, str], object],
        transfers: Transfers,
    ) -> None:
        self._connection, self._place, self._boards = connection, place, boards
        self._on_done, self._transfers = on_done, transfers
        self._one: Final[Mapping[str, Callable[[StorageVolume, str], object]]] = {
            "clone": self.open_clone,
            "resize": self.open_resize,
            "wipe": self.open_wipe,
            "move": self.open_move,
            "flatten": self.flatten,
            "download": transfers.download,
            "copy-path": self._copy_path,
        }

    def perform(self, action: str, pool: StoragePool, names: Sequence[str], client: str) -> None:
        """Do what :func:`volume_actions` offers.

        Parameters
        ----------
        action
            The action's id.
        pool
            The pool.
        names
            The volumes that are selected.
        client
            The browser window that wants it.
        """
        volumes = [StorageVolume(pool, name) for name in names]
        match action:
            case "new":
                self.open_new(pool, client)
            case "upload":
                self._transfers.upload(pool, client)
            case "delete" if volumes:
                self.open_delete(pool, volumes, client)
            case _ if action in self._one and len(volumes) == 1:
                self._one[action](volumes[0], client)

    def close(self) -> None:
        """Take dialogs and questions away; what runs goes on."""
        self._boards.questions.withdraw(self._about)
        self._place.clear()

    # Dialogs --------------------------------------------------------------------------------------

    def open_new(self, pool: StoragePool, client: str = "") -> None:  # noqa: ARG002 - as the others
        """Ask for a new volume."""

        def look() -> tuple[VolumeRequest, tuple[str, ...]]:
            facts = pool_facts(pool)
            request = VolumeRequest(facts=facts)
            whole = request.completed()
            first = VolumeRequest(
                facts=facts,
                name=whole.name,
                format=whole.format,
                capacity=whole.capacity,
                allocation=whole.allocation,
            )
            return first, self._secrets() if facts.has_formats else ("",)

        def show(found: tuple[VolumeRequest, tuple[str, ...]]) -> None:
            request, secrets = found
            self._show(
                Form(
                    request,
                    title=_("New volume in {pool}").format(pool=pool.name),
                    submit=_("Create"),
                    on_submit=lambda filled: self._follow(
                        filled.submit(pool), pool, lambda made: made.name
                    ),
                    on_cancel=self._place.clear,
                    note=note_of_new,
                    narrowed={"secrets": secrets, "images": bases_of(request.facts)},
                )
            )

        self._work(look, show, _("The pool {name} cannot be looked at.").format(name=pool.name))

    def open_clone(self, volume: StorageVolume, client: str = "") -> None:  # noqa: ARG002 - as the others
        """Ask for the name, the place and the format of a copy."""
        self._open_copy(
            volume,
            title=_("Clone {name}").format(name=volume.name),
            submit=_("Clone"),
            begin=lambda wish, pool: volume.submit.clone(
                wish.name, pool=pool, format=wish.format or None
            ),
        )

    def open_move(self, volume: StorageVolume, client: str = "") -> None:  # noqa: ARG002 - as the others
        """Ask where a volume goes."""
        self._open_copy(
            volume,
            title=_("Move {name}").format(name=volume.name),
            submit=_("Move"),
            begin=lambda wish, pool: volume.submit.move(
                pool, name=wish.name, format=wish.format or None
            ),
            is_move=True,
        )

    def open_resize(self, volume: StorageVolume, client: str = "") -> None:  # noqa: ARG002 - as the others
        """Ask for another size."""

        def show(capacity: int) -> None:
            self._show(
                Form(
                    SizeWish(now=capacity, capacity=capacity),
                    title=_("Resize {name}").format(name=volume.name),
                    submit=_("Resize"),
                    on_submit=lambda wish: self._follow(
                        volume.submit.resize(
                            wish.capacity,
                            allow_shrink=wish.allow_shrink,
                            allocate=wish.allocate,
                        ),
                        volume.pool,
                        lambda _none: volume.name,
                    ),
                    on_cancel=self._place.clear,
                    note=lambda wish: Note(
                        _("Now"),
                        bytes_text(wish.now),
                        _("Partitions and file systems in it have to be changed by the guest."),
                    ),
                )
            )

        self._work(lambda: volume.record.capacity, show, _failed(volume))

    def open_wipe(self, volume: StorageVolume, client: str = "") -> None:  # noqa: ARG002 - as the others
        """Ask how a volume is overwritten."""
        self._show(
            Form(
                WipeWish(),
                title=_("Wipe {name}: all that is in it is lost").format(name=volume.name),
                submit=_("Wipe"),
                danger=True,
                on_submit=lambda wish: self._follow(
                    volume.submit.wipe(wish.algorithm), volume.pool, lambda _none: volume.name
                ),
                on_cancel=self._place.clear,
                note=lambda _wish: Note(
                    _("Afterwards"),
                    _("no image, but zeros or noise"),
                    _("A machine cannot start from it. The host cannot stop it half-way."),
                ),
            )
        )

    def flatten(self, volume: StorageVolume, client: str = "") -> None:
        """Write a volume anew without what it builds on, once that is agreed."""
        self._ask(
            Question(
                _("Flatten {name}?").format(name=volume.name),
                _(
                    "It is written anew and needs no other image then; a guest sees the same. "
                    "Meanwhile the pool needs room for two whole copies of it."
                ),
                _("Flatten"),
                client=client,
                about=self._about,
            ),
            lambda _answer: self._follow(
                volume.submit.flatten(), volume.pool, lambda _none: volume.name
            ),
        )

    def open_delete(
        self, pool: StoragePool, volumes: Sequence[StorageVolume], client: str = ""
    ) -> None:
        """Ask whether volumes are deleted, and say who uses them."""
        names = {volume.name for volume in volumes}

        def ask(found: list[SurveyedVolume]) -> None:
            used = [line for volume in found if (line := use_of(volume))]
            listed = sorted(names)[:_LISTED]
            more = [str(_("and {count} more").format(count=len(names) - _LISTED))]
            text = "\n".join([*listed, *(more if len(names) > _LISTED else [])])
            if used:
                text += "\n\n" + "\n".join(used)
            agree = QuestionField("used", _("Delete it all the same"), check=True)
            self._ask(
                Question(
                    _("Delete what is stored in it for good?"),
                    text,
                    _("Delete"),
                    danger=True,
                    fields=(agree,) if used else (),
                    client=client,
                    about=self._about,
                ),
                lambda answer: (
                    self._delete(pool, volumes, force=bool(used))
                    if not used or answer.values.get("used") == "true"
                    else self.open_delete(pool, volumes, client)
                ),
            )

        self._work(
            lambda: [each for each in pool.volumes.survey().volumes if each.record.name in names],
            ask,
            _("The pool {name} cannot be looked at.").format(name=pool.name),
        )

    # How they work --------------------------------------------------------------------------------

    def _open_copy(
        self,
        volume: StorageVolume,
        *,
        title: LazyString,
        submit: LazyString,
        begin: Callable[[CopyWish, StoragePool], Job[StorageVolume]],
        is_move: bool = False,
    ) -> None:
        here = volume.pool.name
        pools = [
            pool.name
            for pool in self._connection.inventory.snapshot().storage_pools
            if pool.active and not (is_move and pool.name == here)
        ]

        def show(found: tuple[str, tuple[str, ...]]) -> None:
            name, users = found
            self._show(
                Form(
                    CopyWish(name=name, pool=next(iter(pools), "") if is_move else here),
                    title=title,
                    submit=submit,
                    on_submit=self._copier(begin),
                    on_cancel=self._place.clear,
                    note=(lambda _wish: note_of_move(users)) if users else None,
                    narrowed={"pools": pools},
                )
            )

        def look() -> tuple[str, tuple[str, ...]]:
            if not is_move:
                return free_name(volume.pool, volume.name), ()
            listed = volume.pool.volumes.survey().volumes
            users = [each.users for each in listed if each.record.name == volume.name]
            return volume.name, next(iter(users), ())

        self._work(look, show, _failed(volume))

    def _secrets(self) -> tuple[str, ...]:
        try:
            return ("", *(secret_words(secret) for secret in self._connection.secrets))
        except Unsupported:
            # The driver has none: then nothing can be encrypted.
            return ("",)

    def _copier(
        self, begin: Callable[[CopyWish, StoragePool], Job[StorageVolume]]
    ) -> Callable[[CopyWish], object]:
        def copy(wish: CopyWish) -> None:
            self._work(
                lambda: self._connection.storage_pools[wish.pool],
                lambda pool: self._follow(begin(wish, pool), pool, lambda made: made.name),
                _("The pool {name} cannot be used.").format(name=wish.pool),
            )

        return copy

    def _delete(self, pool: StoragePool, volumes: Sequence[StorageVolume], *, force: bool) -> None:
        for volume in volumes:
            self._follow(volume.submit.delete(force=force), pool, lambda _none: "")

    def _copy_path(self, volume: StorageVolume, client: str) -> None:
        self._work(
            lambda: volume.path,
            lambda path: self._transfers.copy(path, client),
            _failed(volume),
        )

    def _follow(self, job: Job[T], pool: StoragePool, name: Callable[[T], str]) -> None:
        """Take the dialog away; the list of tasks shows the job, and its end is told."""
        self._place.clear()
        is_told: list[bool] = []

        def look(_job: Job[Any]) -> None:
            if not job.done() or is_told:
                return
            is_told.append(True)
            subscription.close()
            if job.error is None:
                self._on_done(pool, name(job.result(0)))
                return
            if not isinstance(job.error, OperationCancelled):
                self._boards.notices.put_error(
                    _("{what}: failed").format(what=job.title), job.error
                )
            # A part may have been done.
            self._on_done(pool, "")

        subscription = job.on_change(look)
        # It may have ended before anybody listened.
        publisher.post(None, lambda: look(job))

    def _show(self, dialog: Form[Any]) -> None:
        self._place.show_soon(lambda: dialog)

    def _ask(self, question: Question, then: Callable[[Answer], object]) -> None:
        def go_on(answer: Answer | None) -> None:
            if answer is not None:
                publisher.post(None, partial(then, answer))

        # Who asks twice is asked once.
        self._boards.questions.withdraw(self._about)
        self._boards.questions.ask(question, go_on)

    def _work(
        self, function: Callable[[], T], then: Callable[[T], object], failed: LazyString
    ) -> None:
        work_in_pool(
            self._connection,
            function,
            then,
            lambda error: self._boards.notices.put_error(failed, error),
        )

    @property
    def _about(self) -> str:
        return f"volumes {id(self)}"


def _failed(volume: StorageVolume) -> LazyString:
    return _("{name} cannot be looked at.").format(name=volume.name)
