"""The panel with a wall of screens, for a tab or a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _, ngettext
from qvirt_jupyter.hypervisor import Domain, DomainRecord, NotFound, html, publisher
from qvirt_jupyter.hypervisor.connection import Connection
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.notices import NoticeBoard, Notices
from qvirt_jupyter.widgets.panel import Panel
from qvirt_jupyter.widgets.questions import Questions
from qvirt_jupyter.widgets.screen_wall.tiles import INTERVAL, Tile, Tiles
from qvirt_jupyter.widgets.shell import open_tab, rename_tab

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.hypervisor import Subscription

_HEADINGS: Final = (_("Virtual machine"), _("Host"), _("State"))


class Wall(Panel):
    """Small live pictures of screens; a press on one opens its console.

    Pictures are taken of running machines only, every five seconds, while somebody sees them, and
    few at a time.

    Parameters
    ----------
    connections
        The hosts whose machines are shown; None for all that the manager knows.
    machines
        Only these, whatever they do; None for all that run.
    tag
        Of those that run only the ones with this tag; empty for all.
    """

    def __init__(
        self,
        connections: Iterable[Connection] | None,
        machines: Iterable[Domain] | None = None,
        tag: str = "",
    ) -> None:
        self._connections = None if connections is None else tuple(dict.fromkeys(connections))
        self._machines = None if machines is None else tuple(machines)
        self._tag = tag
        self._off = False
        self._named = ""
        # What a tab that shows this wall was opened with.
        self._arguments = {"uri": self._connections[0].uri} if self._connections else {}
        if tag:
            self._arguments["tag"] = tag
        self._seen: dict[Connection, tuple[Subscription, ...]] = {}
        self._notices = NoticeBoard()
        self._tiles = Tiles(self._open_console, self._choose)
        super().__init__((Notices(self._notices), Questions(fleet.questions), self._tiles))
        self.add_class("qvirt-wall-panel")
        if self._connections is None:
            self.follow(fleet.subscribe(self._update_soon))
        for connection in self._hosts:
            fleet.open_if_idle(connection)
        self._update_soon()

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """The machines that are shown."""
        return self._tiles.tiles

    def snapshot(self) -> str:
        """Return the machines and what they do as a table of plain HTML: pictures are not kept."""
        rows = [
            (tile.domain.subject, tile.domain.connection.label, tile.state("")["stateLabel"])
            for tile in self._chosen()
        ]
        return html.table(_("Screens"), _HEADINGS, rows)

    def take_over(self, before: Panel) -> None:
        """Choose as the wall did that was in the same tab."""
        if isinstance(before, Wall):
            self._choose(before._tag, before._off)  # noqa: SLF001 - one of our own

    def close(self) -> None:
        """Close the panel's widgets; machines are not touched."""
        for subscriptions in self._seen.values():
            for subscription in subscriptions:
                subscription.close()
        self._seen = {}
        super().close()

    # What comes up: on the publisher thread.

    @property
    def _hosts(self) -> tuple[Connection, ...]:
        return fleet.connections if self._connections is None else self._connections

    def _update_soon(self) -> None:
        publisher.post(("wall-panel", id(self)), self._update)

    def _update(self) -> None:
        if self.is_closed:
            return
        hosts = self._hosts
        self._follow_hosts(hosts)
        if self._connections is not None:
            for connection in hosts:
                fleet.explain(connection, self._notices)
        title = self._title()
        if title != self._named and self._machines is None:
            # Also after the host was given another name.
            self._named = title
            rename_tab("wall", self._arguments, title)
        tiles = self._chosen()
        tags = sorted({tag for record in self._records().values() for tag in record.tags})
        self._tiles.update(
            tiles,
            {
                "title": title,
                "tiles": [],
                "tags": tags if self._machines is None else [],
                "tag": self._tag,
                "off": self._off if self._machines is None else None,
                "empty": str(self._nothing()),
                "interval": INTERVAL,
            },
        )

    def _follow_hosts(self, hosts: tuple[Connection, ...]) -> None:
        for connection in [known for known in self._seen if known not in hosts]:
            for subscription in self._seen.pop(connection):
                subscription.close()
        for connection in hosts:
            if connection not in self._seen:
                self._seen[connection] = (
                    connection.observe(lambda _connection: self._update_soon()),
                    connection.inventory.subscribe(lambda _batch: self._update_soon()),
                )

    def _records(self) -> dict[Domain, DomainRecord]:
        """Return what is known of the machines that the wall is about."""
        if self._machines is not None:
            found = {}
            for domain in self._machines:
                try:
                    found[domain] = domain.record
                except NotFound:
                    # Its tile says so.
                    continue
            return found
        return {
            Domain(connection, record.uuid, record.name): record
            for connection in self._hosts
            for record in connection.inventory.snapshot().domains
        }

    def _chosen(self) -> list[Tile]:
        records = self._records()
        several = len({domain.connection for domain in self._machines or records}) > 1
        if self._machines is not None:
            domains = list(self._machines)
        else:
            domains = [
                domain
                for domain, record in records.items()
                if (self._off or record.is_active) and (not self._tag or self._tag in record.tags)
            ]
            domains.sort(key=lambda domain: (domain.connection.label, records[domain].label))
        tiles = []
        for domain in domains:
            connection = domain.connection
            known = records.get(domain) if connection.is_connected else None
            refused = connection.features.reason("screenshots") if connection.is_connected else ""
            host = connection.label if several else ""
            tiles.append(Tile(domain, known, host, refused))
        return tiles

    def _title(self) -> str:
        if self._machines is not None:
            count = len(self._machines)
            return str(
                ngettext("Screen of {number} machine", "Screens of {number} machines", count)
            )
        if self._connections is not None:
            hosts = ", ".join(connection.label for connection in self._connections)
            return str(_("Screens of {host}").format(host=hosts))
        return str(_("Screens of all hosts"))

    def _nothing(self) -> str:
        """Say why there is no tile, and what to do."""
        if not any(connection.is_connected for connection in self._hosts):
            return str(_("No host is connected. Connect one in the manager."))
        if self._tag:
            return str(
                _("No machine with the tag “{tag}” runs. Choose another tag, or start one.").format(
                    tag=self._tag
                )
            )
        return str(_("No machine runs. Start one to see its screen here."))

    # What goes down.

    def _choose(self, tag: str, off: bool) -> None:  # noqa: FBT001 - what the part calls it with
        self._tag, self._off = tag, off
        self._update_soon()

    def _open_console(self, domain: Domain, client: str) -> None:
        arguments = {"uri": domain.connection.uri, "uuid": domain.uuid}
        try:
            title = domain.record.label
        except NotFound:
            title = str(domain.subject)
        open_tab("console", arguments, title, client)


def wall(what: Connection | Domain | Iterable[Domain] | None = None, *, tag: str = "") -> Wall:
    """Return a wall of live screens: the last value of a cell shows it.

    >>> wall()  # all that runs, on all hosts
    >>> wall(conn, tag="lab1")  # on one host, those with a tag
    >>> wall([conn.domains["web"], conn.domains["db"]])

    Parameters
    ----------
    what
        A connection, or some machines; everything that the manager knows where it is left out.
    tag
        Of a host's or of all hosts' machines only those with this tag.

    Raises
    ------
    ValueError
        Some machines were given and a tag: they are chosen already.
    """
    if what is None:
        return Wall(None, tag=tag)
    if isinstance(what, Connection):
        return Wall((what,), tag=tag)
    if tag:
        raise ValueError("Give machines or a tag: conn.domains.tagged(tag) returns those of a tag.")
    machines = (what,) if isinstance(what, Domain) else tuple(what)
    return Wall((machine.connection for machine in machines), machines)
