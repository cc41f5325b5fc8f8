"""Files in a guest, read and written piece by piece by its agent.

The agent has no way to rename a file: where the guest has a shell, that does it, so that a file is
there as a whole or as it was before. What else keeps a write from being atomic is in
:class:`WrittenFile`.
"""

from __future__ import annotations

import base64
import contextlib
import io
import logging
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.errors import (
    InvalidDefinition,
    OperationFailed,
    QvirtError,
    Unsupported,
)
from qvirt_jupyter.hypervisor.guest.agent_line import printable
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.transfer import Course

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.guest.agent_line import AgentLine
    from qvirt_jupyter.hypervisor.guest.agent_programs import AgentPrograms

_LOG = logging.getLogger(__name__)
PIECE: Final = 48 * 1024
"""Bytes in one request or answer."""
READ_AT_MOST: Final = 64 * 1024 * 1024
"""Bytes that are read into memory, unless the caller says otherwise."""
_SEEK_SET, _SEEK_END = "set", "end"

# Arguments: the new file, the path that it is for, the mode or "". A link stays a link; what is
# replaced keeps owner and mode. The new file is of nobody else's before it has its mode.
_BEGIN: Final = """
set -e
path=$1
if [ -L "$path" ]; then path=$(readlink -f "$path"); fi
if [ -d "$path" ]; then echo "$path: Is a directory" >&2; exit 1; fi
case $path in */*) folder=${path%/*}/ ;; *) folder= ;; esac
new=$folder.qvirt-$2
umask 077
: > "$new"
printf %s "$new"
"""
_FINISH: Final = """
set -e
path=$1
if [ -L "$path" ]; then path=$(readlink -f "$path"); fi
mode=$3
if [ -e "$path" ]; then
    chown "$(stat -c %u:%g "$path")" "$2"
    : "${mode:=$(stat -c %a "$path")}"
fi
chmod "${mode:-644}" "$2"
mv -f "$2" "$path"
if command -v restorecon > /dev/null; then restorecon "$path" || true; fi
"""
_SPOOL: Final = 'umask 077; mktemp "${TMPDIR:-/tmp}/qvirt-XXXXXX"'


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """What became of a file that was written in a guest.

    Parameters
    ----------
    path
        Where it is.
    size
        In bytes.
    atomic
        Whether it took the place of what was there in one step. Where the guest has no shell, or
        does not let its agent use it, the file was written in place: a reader could see a part.
        Neither way outlives a crash of the guest in the next seconds for sure: the agent flushes
        its own buffer, and the guest's kernel writes when it likes.
    """

    path: str
    size: int
    atomic: bool


class AgentFiles:
    """Reads and writes files in the guest of one machine.

    Parameters
    ----------
    line
        The way to its agent.
    programs
        What runs programs there.
    """

    def __init__(self, line: AgentLine, programs: AgentPrograms) -> None:
        self._line = line
        self._programs = programs
        self._subject = line.machine.subject

    def read(self, path: str, limit: int = READ_AT_MOST) -> bytes:
        """Return what is in a file.

        Parameters
        ----------
        path
            In the guest.
        limit
            Bytes at most.

        Raises
        ------
        OperationFailed
            It is longer than that, or cannot be read.
        """
        found = io.BytesIO()
        self.copy_out(path, found, limit)
        return found.getvalue()

    def copy_out(self, path: str, target: IO[bytes], limit: int | None = None) -> int:
        """Write what is in a file of the guest into an open file here, and return its size."""
        with self._opened(_checked(path, self._subject), "rb") as handle:
            size = self._size(handle)
            if limit is not None and size > limit:
                raise self._too_large(path, limit)
            course, done = Course(current_job(), size), 0
            while True:
                answer = self._line.ask("guest-file-read", {"handle": handle, "count": PIECE})
                piece, is_end = self._piece(answer)
                done += len(piece)
                # What grows, or has no size as in /proc, is bounded all the same.
                if limit is not None and done > limit:
                    raise self._too_large(path, limit)
                target.write(piece)
                course.at(done)
                if is_end or not piece:
                    return done

    def write(self, path: str, data: bytes | str | Path, mode: int | None = None) -> WrittenFile:
        """Write a file, in one step where the guest can do that.

        Parameters
        ----------
        path
            In the guest.
        data
            What is to be in it: bytes, text (as UTF-8), or the path of a file here.
        mode
            Its permissions, as ``0o600``; None keeps those of what is there, else gives 644.

        Raises
        ------
        QvirtError
            It could not be written. What was there before is as it was, unless the guest has no
            shell.
        """
        path = _checked(path, self._subject)
        with contextlib.closing(_source(data, self._subject)) as source:
            size = source.seek(0, io.SEEK_END)
            source.seek(0)
            new = self._new_file(path)
            if new is None:
                if mode is not None:
                    raise Unsupported(
                        _("This guest sets no permissions by its agent."),
                        subject=self._subject,
                        next_step=_("Leave the mode out."),
                    )
                self._fill(path, source, size, "wb")
                return WrittenFile(path, size, atomic=False)
            try:
                # It is there: the agent only opens it, and does not set permissions of its own.
                self._fill(new, source, size, "r+b")
                self._shell(_FINISH, path, new, "" if mode is None else f"{mode:o}")
            except BaseException:
                self._discard(new)
                raise
            return WrittenFile(path, size, atomic=True)

    def spool(self, data: bytes) -> str:
        """Write into a new temporary file of the guest, and return its path."""
        path = self._shell(_SPOOL).rstrip("\n")
        try:
            self._fill(path, io.BytesIO(data), len(data), "r+b")
        except BaseException:
            self._discard(path)
            raise
        return path

    def _new_file(self, path: str) -> str | None:
        """Make an empty file beside the path, and return its own; None where there is no shell."""
        if not self._programs.has_shell():
            return None
        try:
            return self._shell(_BEGIN, path, secrets.token_hex(8))
        except Unsupported as error:
            _LOG.info("No shell in %s for its files: %s", self._subject, error)
            return None

    def _shell(self, script: str, *arguments: str) -> str:
        result = self._programs.run(("/bin/sh", "-c", script, "sh", *arguments), timeout=60)
        if not result.ok:
            said = result.error_output.strip() or result.ending
            raise self._failed(said)
        return result.output

    def _fill(self, path: str, source: IO[bytes], size: int, mode: str) -> None:
        course, done = Course(current_job(), size), 0
        with self._opened(path, mode) as handle:
            while piece := source.read(PIECE):
                while piece:
                    answer = self._line.ask(
                        "guest-file-write",
                        {"handle": handle, "buf-b64": base64.b64encode(piece).decode()},
                    )
                    count = answer.get("count") if isinstance(answer, dict) else None
                    if type(count) is not int or not 0 < count <= len(piece):
                        raise self._failed(str(_("it wrote nothing more")))
                    piece = piece[count:]
                    done += count
                    course.at(done)
            self._line.ask("guest-file-flush", {"handle": handle})

    @contextlib.contextmanager
    def _opened(self, path: str, mode: str) -> Iterator[int]:
        handle = self._line.ask("guest-file-open", {"path": path, "mode": mode})
        if type(handle) is not int:
            raise self._failed(str(_("its answer makes no sense")))
        try:
            yield handle
        except BaseException:
            with contextlib.suppress(QvirtError):
                self._line.ask("guest-file-close", {"handle": handle}, patience=5)
            raise
        # What could not be written may be said only now.
        self._line.ask("guest-file-close", {"handle": handle})

    def _size(self, handle: int) -> int:
        """Return how long an open file says to be; 0 where it does not say."""
        try:
            end = self._line.ask(
                "guest-file-seek", {"handle": handle, "offset": 0, "whence": _SEEK_END}
            )
            self._line.ask("guest-file-seek", {"handle": handle, "offset": 0, "whence": _SEEK_SET})
        except OperationFailed as error:
            _LOG.debug("A file of %s has no size: %s", self._subject, error)
            return 0
        position = end.get("position") if isinstance(end, dict) else None
        return position if type(position) is int and position > 0 else 0

    def _piece(self, answer: Any) -> tuple[bytes, bool]:  # noqa: ANN401 - JSON of a stranger
        try:
            piece = base64.b64decode(answer["buf-b64"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise self._failed(str(_("its answer makes no sense"))) from error
        if len(piece) > PIECE:
            raise self._failed(str(_("it sends more than was asked for")))
        return piece, answer.get("eof") is True

    def _discard(self, path: str) -> None:
        try:
            self._programs.run(("/bin/rm", "-f", path), timeout=10)
        except QvirtError as error:
            _LOG.warning("%s is left in the guest %s: %s", path, self._subject, error)

    def _too_large(self, path: str, limit: int) -> OperationFailed:
        return OperationFailed(
            _("{path} is larger than {limit}.").format(path=path, limit=bytes_text(limit)),
            subject=self._subject,
            next_step=_("Copy it into a file here (vm.agent.fetch_file), or raise the limit."),
        )

    def _failed(self, words: str) -> OperationFailed:

        return OperationFailed(
            _("The agent in the guest says: {words}.").format(words=printable(words).rstrip(".")),
            subject=self._subject,
        )


def _checked(path: str, subject: Subject) -> str:
    if not isinstance(path, str) or not path or "\0" in path:
        raise InvalidDefinition(
            _("{path} is no path of a file.").format(path=repr(path)),
            subject=subject,
            next_step=_("Give the whole path in the guest, as '/etc/hosts'."),
        )
    # A program takes no path for one of its options.
    return f"./{path}" if path.startswith("-") else path


def given_bytes(data: object, subject: Subject) -> bytes:
    """Return what somebody gave for a file or an input: bytes, or text as UTF-8.

    Parameters
    ----------
    data
        Anything.
    subject
        The machine, for errors.

    Raises
    ------
    InvalidDefinition
        It is neither. A number above all: of that, ``bytes()`` would make so many zeros.
    """
    if isinstance(data, str):
        return data.encode()
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    raise InvalidDefinition(
        _("{given} is neither a text nor bytes.").format(given=repr(data)[:80]),
        subject=subject,
        next_step=_("Give a text, bytes, or, for a file, the Path of one here."),
    )


def _source(data: bytes | str | Path, subject: Subject) -> IO[bytes]:
    if isinstance(data, Path):
        try:
            return data.open("rb")
        except OSError as error:
            raise InvalidDefinition(
                _("{path} cannot be read here: {reason}.").format(
                    path=data, reason=error.strerror or error
                ),
                subject=subject,
                next_step=_("Give another file, or the bytes themselves."),
            ) from error
    return io.BytesIO(given_bytes(data, subject))
