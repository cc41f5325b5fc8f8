"""What a watcher keeps between two looks: raw values, definitions, and what is still to be read."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import libvirt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from qvirt_jupyter.hypervisor.object_kinds import ObjectKind

_LOG = logging.getLogger(__name__)
FAILURES: Final = 3
"""After so many failures in a row an object's definition is left alone."""


class KnownObjects:
    """What is known of the objects of one kind, by UUID or name.

    Parameters
    ----------
    kind
        How they are read.
    """

    def __init__(self, kind: ObjectKind) -> None:
        self.kind = kind
        self.raw: dict[str, Any] = {}
        self.definitions: dict[str, Any] = {}
        self.texts: dict[str, int] = {}
        # Of running machines, what counts from their next start.
        self.stored: dict[str, int] = {}
        self.versions: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        # Ordered: what was asked for first is read first.
        self.unread: dict[str, Any] = {}
        self.retry: set[str] = set()
        # Of which an event said that something in their definitions changed.
        self._edited: set[str] = set()

    def take(self, key: str, raw: Any, item: Any) -> bool:  # noqa: ANN401 - any kind
        """Keep raw values; return whether they changed.

        Parameters
        ----------
        key
            UUID or name.
        raw
            What the driver says of the object.
        item
            libvirt's object.
        """
        before = self.raw.get(key)
        if before == raw:
            return False
        self.raw[key] = raw
        # Name or instance changed: what libvirt writes into the definition changed too.
        if before is None or before[:2] != raw[:2]:
            self.unread.setdefault(key, item)
        return True

    def want_again(self, keys: Iterable[str], *, is_edited: bool = False) -> None:
        """Have the definitions of objects that are there read again.

        Parameters
        ----------
        keys
            Whose.
        is_edited
            Whether an event says so: then what counts from the next start may be another too.
        """
        for key in keys:
            if key in self.raw:
                self.unread.setdefault(key, None)
                if is_edited:
                    self._edited.add(key)

    def waiting(self, preferred: Iterable[str]) -> Iterator[str]:
        """Return the keys that are to be read, the preferred ones first; reading takes them away.

        Parameters
        ----------
        preferred
            Keys; those that need not be read are left out.
        """
        for key in preferred:
            if key in self.unread:
                yield key
        while self.unread:
            yield next(iter(self.unread))

    def forget(self, key: str) -> None:
        """Drop what is known of an object that is gone."""
        for table in (self.raw, self.definitions, self.texts, self.stored, self.unread):
            table.pop(key, None)
        self.failures.pop(key, None)
        self.retry.discard(key)
        self._edited.discard(key)

    def read(
        self,
        connection: libvirt.virConnect,
        key: str,
        on_error: Callable[[libvirt.libvirtError], bool],
    ) -> bool:
        """Read one of the definitions that wait; return whether it changed.

        Parameters
        ----------
        connection
            What libvirt opened.
        key
            UUID or name.
        on_error
            Called with each unexpected error; returns True if it means that the connection is lost.

        Raises
        ------
        libvirt.libvirtError
            The connection is lost.
        """
        item = self.unread.pop(key, None)
        is_edited = key in self._edited
        self._edited.discard(key)
        if self.failures[key] >= FAILURES:
            return False
        try:
            if item is None:
                item = self.kind.lookup(connection, key)
            text = item.XMLDesc(0)
            is_other = self.texts.get(key) != hash(text)
            read = self.kind.parse(text) if is_other else None
        except libvirt.libvirtError as error:
            if error.get_error_code() != self.kind.gone and on_error(error):
                raise
            self._failed(key, error)
            return False
        except ValueError as error:
            self._failed(key, error)
            return False
        if is_other:
            self.failures.pop(key, None)
            self.texts[key] = hash(text)
            self.definitions[key] = read
        if is_edited and self.kind.name == "domain" and key in self.raw and self.raw[key].id > 0:
            is_other = self._read_stored(key, item) or is_other
        elif is_edited and self.kind.name == "secret":
            # A value that was set is in no text.
            is_other = True
        self.versions[key] += is_other
        return is_other

    def _read_stored(self, key: str, item: libvirt.virDomain) -> bool:
        """Return whether what counts from the next start changed: the running text hides it."""
        try:
            print_of_text = hash(item.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
        except libvirt.libvirtError:
            # It stopped or went away just now, of which there is an event of its own.
            return False
        if self.stored.get(key) == print_of_text:
            return False
        self.stored[key] = print_of_text
        return True

    def _failed(self, key: str, error: Exception) -> None:
        """Count a failure; an object that fails again and again is left alone until an event."""
        self.failures[key] += 1
        _LOG.debug("%s %s could not be read: %s", self.kind.name, key, error)
        if self.failures[key] < FAILURES and key in self.raw:
            self.retry.add(key)
