"""Earlier definitions of a machine: when and why each was replaced, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.masks import Masks
from qvirt_jupyter.hypervisor import DomainRecord, QvirtError, RecordKey, publisher
from qvirt_jupyter.hypervisor.lifecycle import TRANSIENT
from qvirt_jupyter.widgets._panel_messages import VERSION
from qvirt_jupyter.widgets.panel_part import PanelPart
from qvirt_jupyter.widgets.xml.sources import StoredDefinition, ask
from qvirt_jupyter.widgets.xml.words import HISTORY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor import Domain, EditResult, KeptDefinition
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.widgets._xml_messages import XmlDifference, XmlHistoryState


class DefinitionHistory(PanelPart):
    """The definitions that edits replaced, the newest first, each with what became of it.

    Passwords in them are shown as marks. Restoring one keeps the present definition here, too, so
    it can be undone. It follows the machine and runs on the publisher thread.

    Parameters
    ----------
    domain
        The machine.
    """

    _module: ClassVar[str] = "xml-editor"
    _part: ClassVar[str] = "history"
    _strings: ClassVar[Mapping[str, LazyString]] = HISTORY

    def __init__(self, domain: Domain) -> None:
        super().__init__()
        self._domain = domain
        self._key = RecordKey("domain", domain.connection.uri, domain.uuid)
        self._source = StoredDefinition(domain)
        self._record: DomainRecord | None = None
        self._kept: tuple[KeptDefinition, ...] = ()
        self._chosen = ""
        self._against: Literal["next", "now"] = "next"
        self._is_busy = False
        self._outcome = self._problem = ""
        self._difference: XmlDifference | None = None
        self._subscriptions = (
            domain.connection.observe(lambda _connection: self._update()),
            domain.connection.inventory.subscribe(self._on_batch),
        )
        publisher.post(None, self.reload)

    def close(self) -> None:
        """Take the view away."""
        for subscription in self._subscriptions:
            subscription.close()
        super().close()

    def reload(self) -> None:
        """Look again what is kept, and what the chosen one became."""

        def read() -> tuple[tuple[KeptDefinition, ...], str, str]:
            kept = self._domain.history
            chosen = next((each for each in kept if _id(each) == self._chosen), None) or next(
                iter(kept), None
            )
            if chosen is None:
                return (), "", ""
            place = kept.index(chosen)
            if self._against == "next" and place:
                after = kept[place - 1].xml
            else:
                after = self._source.read()
            return kept, chosen.xml, after

        ask(self._source, read, lambda found: self._take(*found), self._failed)

    def restore(self, key: str) -> None:
        """Bring one of them back; what is stored now is kept."""
        wanted = next((each for each in self._kept if _id(each) == key), None)
        if wanted is None or self._is_busy or self._why_not():
            return
        self._is_busy, self._outcome, self._problem = True, "", ""
        ask(
            self._source,
            lambda: self._domain.undo_edit(wanted),
            self._restored,
            self._failed,
        )
        self._update()

    def _on_batch(self, batch: Batch) -> None:
        before = self._record
        for record in (*batch.added, *batch.changed):
            if isinstance(record, DomainRecord) and record.record_key == self._key:
                self._record = record
        if self._key in batch.removed:
            self._record = None
        now = self._record
        if now is not before:
            self._update()
            if now is not None and (before is None or now.xml_version != before.xml_version):
                self.reload()

    def _take(self, kept: tuple[KeptDefinition, ...], before: str, after: str) -> None:
        self._kept = kept
        if self._chosen not in {_id(each) for each in kept}:
            # Nobody chose one: the newest is shown, also when that is another one.
            self._chosen = ""
        # The same password has the same mark in both, so that a new one is seen.
        masks = Masks()
        self._difference = {
            "type": "difference",
            "version": VERSION,
            "before": masks.hide(before),
            "after": masks.hide(after),
        }
        self._update()

    def _restored(self, result: EditResult) -> None:
        words = _("Restored. What was stored before is kept above.")
        if not result.changes:
            words = _("It is the same as what is stored: nothing was changed.")
        self._is_busy, self._outcome, self._chosen = False, str(words), ""
        self.reload()

    def _failed(self, error: BaseException) -> None:
        self._is_busy = False
        if isinstance(error, QvirtError):
            self._problem = " ".join(part for part in (error.reason, error.next_step) if part)
        else:
            self._problem = f"{type(error).__name__}: {error}"
        self._update()

    def _why_not(self) -> str:
        connection, record = self._domain.connection, self._record
        if not connection.is_connected:
            return str(_("Not connected to {label}.").format(label=connection.label))
        if record is None:
            return str(_("This virtual machine is not there now."))
        if not record.persistent:
            return f"{TRANSIENT.reason} {TRANSIENT.next_step}"
        return connection.features.reason("write")

    def _update(self) -> None:
        state: XmlHistoryState = {
            "entries": [
                {
                    "id": _id(each),
                    "time": each.time,
                    "cause": _cause(each),
                }
                for each in self._kept
            ],
            "chosen": self._chosen or next(map(_id, self._kept), ""),
            "against": self._against,
            "refused": self._why_not(),
            "busy": self._is_busy,
            "outcome": self._outcome,
            "problem": self._problem,
        }
        self.show(state)

    def _send_state(self) -> None:
        if self.comm is not None and self._difference is not None:
            self.send(self._difference)
        super()._send_state()

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - all see the same
        publisher.post(None, lambda: self._hear(content))

    def _hear(self, content: dict[str, Any]) -> None:
        match content:
            case {"type": "choose", "id": str(key)}:
                self._chosen, self._outcome, self._problem = key, "", ""
                self.reload()
                self._update()
            case {"type": "against", "what": "next" | "now" as what}:
                self._against = what
                self.reload()
                self._update()
            case {"type": "restore", "id": str(key)}:
                self.restore(key)


def _id(kept: KeptDefinition) -> str:
    return kept.path.stem


def _cause(kept: KeptDefinition) -> str:
    # Those of an earlier version have none.
    return kept.cause or str(_("Edited"))
