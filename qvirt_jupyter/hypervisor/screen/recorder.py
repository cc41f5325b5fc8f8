"""A recorder of a guest's screen: what it showed over time, as a moving picture."""

from __future__ import annotations

import threading
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from qvirt_jupyter._temporary_folders import make_temporary_folder, remove_temporary_folder
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, QvirtError, WrongState
from qvirt_jupyter.hypervisor.screen import recording_file
from qvirt_jupyter.hypervisor.screen.recording_file import Frame

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from types import TracebackType

    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.screen.screenshot import Screenshot

_OFTEN: Final = 0.05
_RARELY: Final = 3600.0
_FRAMES_AT_MOST: Final = 20_000
"""Different pictures; a recorder that was forgotten must not fill the disk."""
_SHOWN_AT_MOST: Final = 30 * 1024 * 1024
"""Bytes of a recording that a notebook shows, which is in the notebook's file then."""
_FAILURES_AT_MOST: Final = 5
_PATIENCE: Final = 60.0
"""Seconds for the last picture."""


class ScreenRecorder:
    """A recorder of a screen, which writes a GIF or a WebM file.

    Only pictures that differ from the one before are kept, each with the time for which it was
    shown; they wait in a temporary folder until the end. It stops by itself when the machine does.

    ::

        with vm.screen.record("boot.gif") as recording:
            vm.start()
            vm.screen.wait_for(text="login:")
        recording

    Parameters
    ----------
    subject
        The machine, for errors.
    take
        Takes a picture.
    path
        Where the recording goes: ``.gif``, or ``.webm`` where ffmpeg is installed.
    every
        Seconds between two looks.
    """

    def __init__(
        self,
        subject: Subject,
        take: Callable[[], Screenshot],
        path: str | os.PathLike[str],
        every: float,
    ) -> None:
        if not _OFTEN <= every <= _RARELY:
            raise InvalidDefinition(
                _("A picture every {every} seconds is not possible.").format(every=every),
                subject=subject,
                next_step=_("Give seconds from {often} to {rarely}.").format(
                    often=_OFTEN, rarely=int(_RARELY)
                ),
            )
        self.path = Path(path)
        """Where the recording goes."""
        recording_file.check(self.path, subject)
        self._subject = subject
        self._take = take
        self._every = every
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._frames: list[Frame] = []
        self._folder: Path | None = None
        self._thread: threading.Thread | None = None
        self._mark: int | None = None
        self._seen: float | None = None
        self.end = ""
        """Why it stopped by itself, in words; empty where it did not."""

    @property
    def is_recording(self) -> bool:
        """Whether it looks at the screen now."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def frames(self) -> int:
        """How many different pictures it has seen."""
        return len(self._frames)

    @property
    def seconds(self) -> float:
        """How long that took which it has seen."""
        if not self._frames or self._seen is None:
            return 0.0
        return self._seen - self._frames[0].shown

    def start(self) -> Self:
        """Begin to look; a machine that is off is waited for.

        Raises
        ------
        WrongState
            It was started already.
        """
        with self._lock:
            if self._thread is not None:
                raise WrongState(
                    _("The recorder was started already."),
                    subject=self._subject,
                    next_step=_("Make another one."),
                )
            self._folder = make_temporary_folder("recording")
            self._thread = threading.Thread(target=self._record, name="qvirt-recorder", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> Path:
        """Take the last picture, write the file, and return its path; again: the same path.

        Raises
        ------
        WrongState
            It was not started, or saw no picture.
        OperationFailed
            ffmpeg failed.
        OSError
            The file cannot be written.
        """
        self._over.set()
        if self._thread is None:
            raise WrongState(
                _("The recorder was not started."),
                subject=self._subject,
                next_step=_("Use start(), or a with statement."),
            )
        self._thread.join(_PATIENCE)
        with self._lock:
            if self._folder is None:
                return self.path
            try:
                if not self._frames:
                    raise WrongState(
                        _("There is no picture in the recording. {reason}").format(
                            reason=self.end or _("It was off all the time.")
                        ),
                        subject=self._subject,
                        next_step=_("Start the machine while it is recorded."),
                    )
                end = self._seen if self._seen is not None else self._frames[0].shown
                recording_file.write(self.path, self._frames, end, self._subject)
            finally:
                remove_temporary_folder(self._folder)
                self._folder = None
        return self.path

    def _record(self) -> None:
        failures = 0
        begun = time.monotonic()
        number = 0
        while True:
            # Before the look: after stop() there is one more, which shows how it ended.
            is_last = self._over.is_set()
            try:
                self._look()
                failures = 0
            except WrongState as error:
                if self._frames:
                    self.end = error.reason
                    return
            except QvirtError as error:
                # A machine that restarts, or a connection that comes back.
                failures += 1
                self.end = error.reason
                if failures >= _FAILURES_AT_MOST:
                    return
            except OSError as error:
                self.end = str(error)
                return
            if len(self._frames) >= _FRAMES_AT_MOST:
                self.end = str(_("It has as many pictures as a recording may have."))
                return
            if is_last:
                return
            number += 1
            self._over.wait(max(0.0, begun + number * self._every - time.monotonic()))
            if time.monotonic() - begun > (number + 1) * self._every:
                # A busy host: look less often rather than all the time.
                number = int((time.monotonic() - begun) / self._every)

    def _look(self) -> None:
        folder = self._folder
        if folder is None:
            return
        picture = self._take()
        now = time.monotonic()
        self._seen = now
        mark = zlib.crc32(picture.png)
        if mark == self._mark:
            return
        path = folder / f"{len(self._frames):06}.png"
        path.write_bytes(picture.png)
        self._mark = mark
        self._frames.append(Frame(path, now, picture.width, picture.height))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.stop()
            return
        # The file is there, and what went wrong is what its reader wants to know.
        try:
            self.stop()
        except (QvirtError, OSError) as second:
            error.add_note(str(second))

    def __repr__(self) -> str:
        state = _("recording") if self.is_recording else _("stopped")
        return str(
            _("<recorder of {name} to {path}: {state}, {frames} pictures in {seconds} s>").format(
                name=self._subject,
                path=self.path,
                state=state,
                frames=self.frames,
                seconds=f"{self.seconds:.1f}",
            )
        )

    def _repr_mimebundle_(self, **_keywords: Any) -> dict[str, Any]:  # noqa: ANN401 - IPython's
        bundle: dict[str, Any] = {"text/plain": repr(self)}
        if self.is_recording or not self.path.is_file():
            return bundle
        if self.path.stat().st_size > _SHOWN_AT_MOST:
            return bundle
        return bundle | recording_file.shown(self.path, str(self._subject))
