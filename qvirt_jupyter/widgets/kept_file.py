"""A private JSON file of ours whose words are never lost, not even if they make no sense."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, TypeVar

from qvirt_jupyter._private_files import jupyter_folder, set_aside, write_private
from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LOG = logging.getLogger(__name__)
_Understood = TypeVar("_Understood")


class KeptFile:
    """A file in Jupyter's configuration.

    Parameters
    ----------
    name
        Its name there.
    path
        Another place for it; None means the one in Jupyter's configuration.

    Attributes
    ----------
    problem
        What was wrong with it, for people; None where nothing was.
    """

    def __init__(self, name: str, path: Path | None = None) -> None:
        self._name = name
        self._path = path
        self.problem: LazyString | None = None

    @property
    def path(self) -> Path:
        """Where it is; asked each time, because Jupyter's folders may be set late."""
        return self._path or jupyter_folder("config") / self._name

    def read(
        self, understand: Callable[[dict[str, Any]], _Understood], default: _Understood
    ) -> _Understood:
        """Return what is understood of it.

        A file that cannot be read is renamed, so that the next write does not overwrite it.

        Parameters
        ----------
        understand
            Makes sense of the document; what it raises means that there is none in it.
        default
            What to return where there is no file, or none that makes sense.
        """
        try:
            return understand(dict(json.loads(self.path.read_text(encoding="utf-8"))))
        except FileNotFoundError:
            return default
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._set_aside(error)
            return default

    def write(self, document: dict[str, Any]) -> None:
        """Replace what is in it.

        Raises
        ------
        OSError
            It cannot be written; what was in it is there still.
        """
        write_private(self.path, json.dumps(document, indent=2) + "\n")

    def keep_copy(self) -> Path:
        """Copy it as a newer version wrote it, and return where.

        Raises
        ------
        OSError
            It cannot be copied.
        """
        copy = self.path.with_name(f"{self.path.name}.newer")
        write_private(copy, self.path.read_text(encoding="utf-8"))
        return copy

    def _set_aside(self, error: Exception) -> None:
        try:
            aside = set_aside(self.path)
        except OSError as reason:
            _LOG.warning("%s cannot be read (%s) nor set aside (%s)", self.path, error, reason)
            self.problem = _("{path} cannot be read: {reason}. Defaults are used.").format(
                path=self.path, reason=reason
            )
            return
        _LOG.warning("%s cannot be read: %s; it is now %s", self.path, error, aside)
        self.problem = _(
            "{path} could not be read. It is kept as {aside}, and a new one is begun."
        ).format(path=self.path, aside=aside)
