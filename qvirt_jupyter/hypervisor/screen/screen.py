"""The screen of a virtual machine, for notebooks and scripts."""

from __future__ import annotations

import io
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from PIL import Image, UnidentifiedImageError

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.errors import (
    InvalidDefinition,
    OperationFailed,
    QvirtError,
    Unsupported,
)
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.screen import picture_search
from qvirt_jupyter.hypervisor.screen import text as screen_text
from qvirt_jupyter.hypervisor.screen.look import Looker, cut
from qvirt_jupyter.hypervisor.screen.part_of_machine import PartOfMachine
from qvirt_jupyter.hypervisor.screen.recorder import ScreenRecorder
from qvirt_jupyter.hypervisor.screen.screenshot import Screenshot

if TYPE_CHECKING:
    import os
    import re

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.domain import Domain
    from qvirt_jupyter.hypervisor.screen.look import Region
    from qvirt_jupyter.hypervisor.screen.picture_search import Place

_SHARE: Final = 0.001
"""Of the pixels: what a blinking cursor changes is less."""
_TOLERANCE: Final = 0.02
_LOOK_AGAIN: Final = 0.2
"""Seconds after which a recording notices that it was cancelled."""


class Screen(PartOfMachine):
    """The screen of a virtual machine: ``vm.screen``; as last value of a cell, its picture now.

    Pictures come from libvirt, so they need no display and no viewer; each is taken when it is
    asked for.

    Parameters
    ----------
    domain
        The machine.
    number
        Number of the screen, from 0.
    """

    _part: ClassVar[str] = "screen"

    def __init__(self, domain: Domain, number: int = 0) -> None:
        super().__init__(domain)
        self._number = number

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, now.

        Raises
        ------
        QvirtError
            As for :meth:`picture`.
        """
        picture = self.picture()
        return picture.width, picture.height

    def picture(self) -> Screenshot:
        """Take a picture; a notebook shows it, and it stays as it is.

        Raises
        ------
        WrongState
            The machine is off.
        Unsupported
            The driver takes no pictures.
        OperationFailed
            There is no such screen.
        """
        try:
            return self._domain.screenshot(self._number)
        except (OperationFailed, Unsupported) as error:
            if self._domain.document().devices.videos or not self._domain.is_active:
                raise
            raise Unsupported(
                _("It has no video device, and so no screen."),
                subject=self.subject,
                next_step=_("Add a video device and a display, or use its serial console."),
                code=error.code,
                details=error.details,
            ) from error

    def png(self) -> bytes:
        """Take a picture and return it as a PNG file.

        Raises
        ------
        QvirtError
            As for :meth:`picture`.
        """
        return self.picture().png

    def image(self) -> Image.Image:
        """Take a picture and return it as an image of Pillow, in RGB.

        Raises
        ------
        QvirtError
            As for :meth:`picture`.
        """
        return self.picture().image()

    def text(self, *, region: Region | None = None, language: str = "eng") -> str:
        """Take a picture and return the text in it, as tesseract reads it.

        It mistakes some letters for others: look for words that are long and usual.

        Parameters
        ----------
        region
            Read only this part: x, y, width, height in pixels.
        language
            As tesseract names it: ``"deu"``, ``"deu+eng"``.

        Raises
        ------
        Unsupported
            tesseract is not installed; says how to get it.
        QvirtError
            As for :meth:`picture`.
        """
        screen_text.program_path(self.subject)
        picture = cut(self.image(), region, self.subject)
        return screen_text.read(picture, self.subject, language=language)

    def find(
        self,
        image: str | os.PathLike[str] | bytes | Image.Image | Screenshot,
        *,
        region: Region | None = None,
        tolerance: float = _TOLERANCE,
    ) -> Place | None:
        """Take a picture and return where another one is in it; None where it is not.

        Parameters
        ----------
        image
            What to look for: a path, the bytes of a file, or an image.
        region
            Look only at this part: x, y, width, height in pixels.
        tolerance
            The share of its pixels that may differ, from 0 to 1.

        Raises
        ------
        InvalidDefinition
            That is no picture, or the region is not within the screen.
        QvirtError
            As for :meth:`picture`.
        """
        wanted = self._opened(image)
        place = picture_search.find(wanted, cut(self.image(), region, self.subject))
        if place is None or place.share < 1 - tolerance:
            return None
        return place.moved(*region[:2]) if region is not None else place

    @action(
        _("Wait for the screen of {name}"), cancel=lambda _screen: lambda: None, own_thread=True
    )
    def wait_for(
        self,
        *,
        changed: bool | Screenshot | Image.Image = False,
        image: str | os.PathLike[str] | bytes | Image.Image | Screenshot | None = None,
        text: str | re.Pattern[str] | None = None,
        region: Region | None = None,
        timeout: float = 60,
        share: float = _SHARE,
        tolerance: float = _TOLERANCE,
        language: str = "eng",
    ) -> Screenshot:
        """Wait until the screen shows something, and return the picture that does.

        Give one of the first three.

        Parameters
        ----------
        changed
            True: it differs from what it shows now. A picture: it differs from that one, which was
            taken before something was done.
        image
            It shows this picture somewhere: a path, the bytes of a file, or an image.
        text
            It shows this text, whose case and spaces do not count, or what matches a compiled
            regular expression; tesseract reads it.
        region
            Look only at this part: x, y, width, height in pixels.
        timeout
            Seconds to wait at most.
        share
            With ``changed``: the share of pixels that must differ, from 0 to 1. The usual one is
            more than a blinking cursor makes.
        tolerance
            With ``image``: the share of its pixels that may differ, from 0 to 1.
        language
            With ``text``: as tesseract names it.

        Raises
        ------
        NotShown
            It did not in time. The error says what it showed instead and why that may be, and has
            the last picture, which a notebook shows.
        ScreenGone
            The machine stopped meanwhile.
        WrongState
            It is off.
        InvalidDefinition
            None or several of them were given, or one cannot be.
        Unsupported
            tesseract is not installed, or the driver takes no pictures.
        """
        given = [changed is not False, image is not None, text is not None]
        if given.count(True) != 1:
            raise self._wrong(
                _("It can wait for one thing at a time."),
                _("Give one of changed=True, image=... and text=...."),
            )
        if not timeout >= 0 or not 0 <= share < 1 or not 0 <= tolerance < 1:
            raise self._wrong(
                _("A number is out of range."),
                _("Give a timeout of at least 0 seconds, and shares from 0 to 1."),
            )
        looker = Looker(self.subject, self.picture, lambda: self._domain.state, region, timeout)
        if text is not None:
            return looker.until_text(text, language)
        if image is not None:
            return looker.until_image(self._opened(image), tolerance)
        before = None if changed is True else self._opened(changed)
        return looker.until_changed(before, share)

    def recorder(self, path: str | os.PathLike[str], *, every: float = 0.5) -> ScreenRecorder:
        """Return a recorder of the screen, to ``start()`` and to ``stop()``.

        Parameters
        ----------
        path
            Where the recording goes: a ``.gif`` file, or a ``.webm`` file where ffmpeg is
            installed.
        every
            Seconds between two looks.

        Raises
        ------
        InvalidDefinition
            The file has another ending or no folder, or the time is out of range.
        Unsupported
            There is no ffmpeg for a ``.webm`` file.
        """
        return ScreenRecorder(self.subject, self.picture, path, every)

    def record(self, path: str | os.PathLike[str], *, every: float = 0.5) -> ScreenRecorder:
        """Return a recorder for a with statement, whose end writes the file.

        Parameters
        ----------
        path, every
            As for :meth:`recorder`.

        Raises
        ------
        QvirtError
            As for :meth:`recorder`.
        """
        return self.recorder(path, every=every)

    @action(
        _("Record the screen of {name} to {path}"),
        cancel=lambda _screen: lambda: None,
        own_thread=True,
    )
    def record_for(
        self, path: str | os.PathLike[str], seconds: float, *, every: float = 0.5
    ) -> Path:
        """Record for some time, and return the path of the file.

        ``screen.submit.record_for(...)`` does it beside other work; a job that is cancelled writes
        what it has.

        Parameters
        ----------
        path, every
            As for :meth:`recorder`.
        seconds
            How long; less where the machine stops.

        Raises
        ------
        QvirtError
            As for :meth:`recorder`, or there was no picture.
        OSError
            The file cannot be written.
        """
        if not 0 <= seconds < math.inf:
            raise self._wrong(_("A recording needs an end."), _("Give the seconds that it takes."))
        job = current_job()
        recorder = self.recorder(path, every=every).start()
        end = time.monotonic() + seconds
        while recorder.is_recording and (left := end - time.monotonic()) > 0:
            if job is not None and job.cancel_wanted:
                break
            if job is not None:
                job.report(progress=1 - left / seconds)
            time.sleep(min(left, _LOOK_AGAIN))
        return recorder.stop()

    def _opened(self, given: object) -> Image.Image:
        """Return a picture that somebody named, loaded.

        Raises
        ------
        InvalidDefinition
            There is none, or it is no picture.
        """
        if isinstance(given, Image.Image):
            return given
        if isinstance(given, Screenshot):
            return given.image()
        try:
            with Image.open(io.BytesIO(given) if isinstance(given, bytes) else given) as opened:  # type: ignore[arg-type]
                return opened.convert("RGB")
        except FileNotFoundError as error:
            raise InvalidDefinition(
                _("There is no file {path} here, where Python runs.").format(path=error.filename),
                subject=self.subject,
                next_step=_("Its path counts from the folder {folder}.").format(folder=Path.cwd()),
            ) from None
        except (OSError, UnidentifiedImageError, ValueError, TypeError, AttributeError) as error:
            shown = "bytes" if isinstance(given, bytes) else repr(given)
            raise InvalidDefinition(
                _("{given} is not a picture that can be opened.").format(given=shown),
                subject=self.subject,
                next_step=_("Give the path of a PNG or JPEG file, or an image of Pillow."),
                details=str(error),
            ) from error

    def _wrong(self, reason: LazyString, next_step: LazyString) -> InvalidDefinition:
        return InvalidDefinition(reason, subject=self.subject, next_step=next_step)

    def __repr__(self) -> str:
        return f"<screen of {self._domain!r}>"

    def _repr_mimebundle_(self, **_keywords: Any) -> dict[str, Any]:  # noqa: ANN401 - IPython's
        try:
            picture = self.picture()
        except QvirtError as error:
            # A cell that ends with it shows why there is nothing, not a traceback.
            return {"text/plain": str(error)}
        words = _("{name}, {width}x{height}, {time}").format(
            name=picture.name,
            width=picture.width,
            height=picture.height,
            time=time.strftime("%Y-%m-%d %H:%M:%S"),
        )
        return {"text/plain": str(words), "image/png": picture.png}
