"""The first tab of a machine: what it is and how it is, in words."""

from __future__ import annotations

import html
import threading
import time
from typing import TYPE_CHECKING, Any

import ipywidgets

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import InvalidDefinition, Subject, publisher
from qvirt_jupyter.hypervisor.definition_names import checked_name
from qvirt_jupyter.hypervisor.lifecycle import Action, allowed
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.machine.guest_section import GuestSection
from qvirt_jupyter.widgets.panel import close_all
from qvirt_jupyter.widgets.room_words import room_warning
from qvirt_jupyter.widgets.system_names import system_name
from qvirt_jupyter.widgets.thumbnail import Thumbnail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qvirt_jupyter.hypervisor import Domain, DomainRecord, Job

    Run = Callable[[str | LazyString, Callable[[], Job[Any]]], object]

_DESCRIPTION_ROWS = 3
_EDITED = _("Change name, title, description and tags")


class Overview(ipywidgets.Box):
    """Facts, the screen, and a form for name, title, description and tags.

    Parameters
    ----------
    domain
        The machine.
    run
        Begins a job and explains in the panel if it fails.
    open_console
        Called when the picture of the screen is pressed.
    """

    def __init__(self, domain: Domain, run: Run, open_console: Callable[[], object]) -> None:
        self._domain = domain
        self._run = run
        self._lock = threading.Lock()
        self._record: DomainRecord | None = None
        self.thumbnail = Thumbnail(domain, open_console)
        self._facts = ipywidgets.HTML()
        self._edit = ipywidgets.Button(
            description=str(_("Edit…")),
            tooltip=str(_EDITED),
            layout=ipywidgets.Layout(width="max-content"),
        )
        self._edit.on_click(lambda _button: publisher.post(("edit", id(self)), self._open_form))
        self._form: DescriptionForm | None = None
        self._guest = GuestSection(domain)
        self._left = ipywidgets.VBox([self._facts, self._edit, self._guest])
        self._left.add_class("qvirt-overview-facts")
        self._right = ipywidgets.VBox([self.thumbnail])
        self._right.add_class("qvirt-overview-screen")
        super().__init__([self._left, self._right])
        self.add_class("qvirt-overview")

    def update(
        self,
        record: DomainRecord | None,
        *,
        connection: str,
        read_only: str = "",
        dark: str = "",
        pending: Iterable[str] = (),
        is_seen: bool = False,
    ) -> None:
        """Show what is known; on the publisher thread.

        Parameters
        ----------
        record
            None while the machine is not there: then what was known last stays, without what it
            was doing.
        connection
            What its connection is called.
        read_only
            Why nothing can be changed; empty where it can.
        dark
            Why there are no pictures; empty where there are.
        pending
            What will be otherwise after the next start, line by line.
        is_seen
            Whether somebody looks at it: else the guest is not asked.
        """
        self._guest.follow(record, is_seen=is_seen)
        self.thumbnail.update(record, refused=dark)
        if record is not None:
            self._record = record
        if self._record is not None:
            text = facts_html(
                self._record, connection, is_there=record is not None, pending=pending
            )
            if self._facts.value != text:
                self._facts.value = text
        refused = read_only or ("" if record is not None else str(_("It is not there now.")))
        if self._edit.disabled != bool(refused):
            self._edit.disabled = bool(refused)
        tooltip = refused or str(_EDITED)
        if self._edit.tooltip != tooltip:
            self._edit.tooltip = tooltip

    def _open_form(self) -> None:
        if self._record is None or self._form is not None:
            return
        self._form = DescriptionForm(self._record, self._save, self._close_form)
        self._edit.layout.display = "none"
        self._left.children = (self._facts, self._edit, self._form, self._guest)
        self._form.focus()

    def _close_form(self) -> None:
        publisher.post(("edit", id(self)), self._close_form_now)

    def _close_form_now(self) -> None:
        form, self._form = self._form, None
        if form is not None:
            self._left.children = (self._facts, self._edit, self._guest)
            close_all(form)
            self._edit.layout.display = None
            self._edit.focus()

    def _save(self, name: str, title: str, description: str, tags: tuple[str, ...]) -> None:
        record, submit = self._record, self._domain.submit
        if record is None:
            return
        if name != record.name:
            self._run(_("Rename"), lambda: submit.rename(name))
        if title != record.title:
            self._run(_("Set title"), lambda: submit.set_title(title))
        if description != record.description:
            self._run(_("Set description"), lambda: submit.set_description(description))
        if tags != record.tags:
            self._run(_("Set tags"), lambda: submit.set_tags(tags))
        self._close_form()


class DescriptionForm(ipywidgets.VBox):
    """Name, title, description and tags, with Save and Cancel.

    Parameters
    ----------
    record
        What they are now.
    save
        Called with the four when Save is pressed and the name is one.
    cancel
        Called when Cancel is pressed.
    """

    def __init__(
        self,
        record: DomainRecord,
        save: Callable[[str, str, str, tuple[str, ...]], object],
        cancel: Callable[[], object],
    ) -> None:
        self._subject = Subject("domain", record.name, record.uri, record.uuid)
        self._name = ipywidgets.Text(record.name, description=str(_("Name")))
        refusal = allowed(record.state, Action.RENAME, persistent=record.persistent)
        self._name.disabled = refusal is not None
        # Under the name: why it cannot be changed now, or what is wrong with the new one.
        self._hint = ipywidgets.HTML()
        self._hint.add_class("qvirt-form-hint")
        if refusal is not None:
            self._say(_("The name stays for now. {why}").format(why=refusal))
        self._title = ipywidgets.Text(record.title, description=str(_("Title")))
        self._description = ipywidgets.Textarea(
            record.description, description=str(_("Description")), rows=_DESCRIPTION_ROWS
        )
        self._tags = ipywidgets.Text(
            ", ".join(record.tags),
            description=str(_("Tags")),
            placeholder=str(_("several, with commas between them")),
        )
        for field in (self._name, self._title, self._description, self._tags):
            field.layout.width = "auto"
            # One message, when it is left: while a kernel is busy, JupyterLab holds those back that
            # come with each key, and Save would save half of what was typed.
            field.continuous_update = False
        self._buttons = (
            ipywidgets.Button(description=str(_("Save")), button_style="primary"),
            ipywidgets.Button(description=str(_("Cancel"))),
        )
        self._save = save
        self._buttons[0].on_click(lambda _button: self._press_save())
        self._buttons[1].on_click(lambda _button: cancel())
        self._row = ipywidgets.HBox(self._buttons)
        self._row.add_class("qvirt-form-buttons")
        super().__init__(
            [self._name, self._hint, self._title, self._description, self._tags, self._row]
        )

    def focus(self) -> None:
        """Put the cursor into the first field that can be changed."""
        (self._title if self._name.disabled else self._name).focus()

    def _press_save(self) -> None:
        name = self._name.value.strip()
        try:
            checked_name(name, self._subject)
        except InvalidDefinition as error:
            # The form stays, with all that was typed (ERR-02).
            self._say(error.reason)
            self._name.focus()
        else:
            self._save(name, self._title.value, self._description.value, self._tag_texts())

    def _say(self, words: str | LazyString) -> None:
        self._hint.value = f'<span role="status">{html.escape(str(words))}</span>'

    def _tag_texts(self) -> tuple[str, ...]:
        texts = (text.strip() for text in self._tags.value.split(","))
        return tuple(dict.fromkeys(text for text in texts if text))


def facts(
    record: DomainRecord, connection: str, *, is_there: bool = True, pending: Iterable[str] = ()
) -> list[tuple[str, str | Iterable[str]]]:
    """Return what is known of a machine, as names and values; only what is known.

    Parameters
    ----------
    record
        The machine.
    connection
        What its connection is called.
    is_there
        Whether this is so now; otherwise it is what was known last.
    pending
        What will be otherwise after the next start, line by line.
    """
    rows: list[tuple[LazyString, str | Iterable[str]]]
    if is_there:
        rows = _doings(record)
    else:
        rows = [(_("State"), str(_("not known; the rest is what was known last")))]
    if is_there and (lines := "\n".join(pending)):
        rows.append((_("After the next start"), lines))
    memory = quantities.size(record.memory, unit="KiB")
    if record.max_memory > record.memory:
        largest = quantities.size(record.max_memory, unit="KiB")
        memory = str(_("{part} of {whole}")).format(part=memory, whole=largest)
    rows += [
        (_("Processors"), str(record.vcpus)),
        (_("Memory"), memory),
    ]
    if record.os_id:
        rows.append((_("Operating system"), system_name(record.os_id)))
    rows += [
        (_("Starts with the host"), str(_("yes") if record.autostart else _("no"))),
        (_("Connection"), connection),
        (_("UUID"), record.uuid),
    ]
    if not record.persistent:
        rows.append((_("Definition"), str(_("transient: it is gone when it stops"))))
    if record.group:
        rows.append((_("Group"), record.group))
    if record.tags:
        rows.append((_("Tags"), record.tags))
    if record.description:
        rows.append((_("Description"), record.description))
    return [(str(name), value) for name, value in rows]


def _doings(record: DomainRecord) -> list[tuple[LazyString, str | Iterable[str]]]:
    """Return what the machine is doing now."""
    state = str(record.state.label)
    rows: list[tuple[LazyString, str | Iterable[str]]] = [
        (_("State"), f"{state} ({record.reason})" if record.reason else state),
    ]
    if warning := room_warning(record):
        rows.append((_("Room"), f"⚠ {warning}"))
    if record.started_at is not None:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(record.started_at))
        running = quantities.span(time.time() - record.started_at)
        rows.append(
            (_("Running for"), str(_("{span}, since {when}")).format(span=running, when=when))
        )
    if record.is_active:
        rows.append((_("Addresses"), "\n".join(record.addresses) or str(_("not known (yet)"))))
    return rows


def facts_html(
    record: DomainRecord, connection: str, *, is_there: bool = True, pending: Iterable[str] = ()
) -> str:
    """Return the facts as a list of HTML; everything that people wrote is escaped."""

    def shown(value: str | Iterable[str]) -> str:
        if isinstance(value, str):
            return html.escape(value)
        return "".join(
            f'<span class="qvirt-overview-tag">{html.escape(tag)}</span>' for tag in value
        )

    rows = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{shown(value)}</dd>"
        for name, value in facts(record, connection, is_there=is_there, pending=pending)
    )
    return f'<dl class="qvirt-facts">{rows}</dl>'
