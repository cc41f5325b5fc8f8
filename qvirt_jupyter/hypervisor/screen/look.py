"""Looking at a screen until it shows something, with a diagnosis where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, TimedOut, WrongState
from qvirt_jupyter.hypervisor.guest.waiting import NotYet, Wait
from qvirt_jupyter.hypervisor.records import DomainState
from qvirt_jupyter.hypervisor.screen import picture_search
from qvirt_jupyter.hypervisor.screen import text as screen_text
from qvirt_jupyter.hypervisor.screen.errors import NotShown, ScreenGone

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from PIL import Image

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.screen.screenshot import Screenshot

Region = tuple[int, int, int, int]
"""A part of a screen: x, y, width, height in pixels."""

_PAUSE: Final = 0.5
"""Seconds between two looks; libvirt knows no event for a screen that changed."""
_LINES: Final = 2
_LINE: Final = 80
_BLANK: Final = _("the screen is blank, all of one colour")
_WHY_BLANK: Final = _(
    "Its guest may have switched the screen off (a key wakes it), may not draw yet, or writes to "
    "a serial console only."
)


class Looker:
    """Somebody who looks at a screen for one thing.

    Parameters
    ----------
    subject
        The machine, for errors.
    take
        Takes a picture.
    state
        Tells what the machine does.
    region
        The part to look at; None for all.
    timeout
        Seconds to wait at most.
    """

    def __init__(
        self,
        subject: Subject,
        take: Callable[[], Screenshot],
        state: Callable[[], DomainState],
        region: Region | None,
        timeout: float,
    ) -> None:
        self._subject = subject
        self._take = take
        self._state = state
        self._region = region
        self._wait = Wait(timeout, subject)
        self._last: Screenshot | None = None

    def until_changed(self, before: Image.Image | None, share: float) -> Screenshot:
        """Wait until more than a share of the pixels differ from a picture, or from the first."""
        if before is not None:
            before = cut(before, self._region, self._subject)

        def look(picture: Screenshot, image: Image.Image) -> Screenshot | NotYet:
            nonlocal before
            if before is None:
                before = image
            differ = picture_search.difference(before, image)
            if differ > share:
                return picture
            return NotYet(
                _("{share} of its pixels have changed").format(share=f"{differ:.2%}"),
                _(
                    "A change of {share} or less does not count: give share=…, or a picture that "
                    "was taken before something was done."
                ).format(share=f"{share:.2%}"),
            )

        return self._until(look, _("another picture on the screen"))

    def until_image(self, wanted: Image.Image, tolerance: float) -> Screenshot:
        """Wait until a picture is somewhere on the screen."""

        def look(picture: Screenshot, image: Image.Image) -> Screenshot | NotYet:
            place = picture_search.find(wanted, image)
            if place is None:
                return NotYet(
                    _("what is looked for is larger than {width}x{height}").format(
                        width=image.width, height=image.height
                    ),
                    _("Cut it from a screenshot of this size."),
                )
            if place.share >= 1 - tolerance:
                return picture
            return NotYet(
                _("the part most like it is at {x}, {y}, and {share} of its pixels agree").format(
                    x=place.x, y=place.y, share=f"{place.share:.1%}"
                ),
                _("Look at its screen; tolerance=… lets more of the pixels differ."),
            )

        return self._until(
            look,
            _("a picture of {width}x{height} pixels on the screen").format(
                width=wanted.width, height=wanted.height
            ),
        )

    def until_text(self, wanted: str | re.Pattern[str], language: str) -> Screenshot:
        """Wait until a text is on the screen."""
        screen_text.program_path(self._subject)
        read: tuple[bytes, str] | None = None

        def look(picture: Screenshot, image: Image.Image) -> Screenshot | NotYet:
            nonlocal read
            # Reading takes seconds: not again for what was read.
            if read is None or read[0] != image.tobytes():
                text = screen_text.read(image, self._subject, language=language)
                read = (image.tobytes(), text)
            if screen_text.contains(read[1], wanted):
                return picture
            return NotYet(
                _seen(read[1]),
                _("See what tesseract reads: print(vm.screen.text()). It mistakes some letters."),
            )

        shown = wanted if isinstance(wanted, str) else wanted.pattern
        return self._until(look, _("the text {text} on the screen").format(text=repr(shown)))

    def _until(
        self,
        look: Callable[[Screenshot, Image.Image], Screenshot | NotYet],
        what: LazyString,
    ) -> Screenshot:
        def look_again() -> Screenshot | NotYet:
            picture = self._picture()
            image = cut(picture.image(), self._region, self._subject)
            found = look(picture, image)
            return self._explained(found, image) if isinstance(found, NotYet) else found

        try:
            return self._wait.until(look_again, what, pause=_PAUSE)
        except TimedOut as error:
            raise NotShown(
                error.reason,
                subject=error.subject,
                next_step=error.next_step,
                waited_for=error.waited_for,
                last_seen=error.last_seen,
                seconds=error.seconds,
                picture=self._last,
            ) from None

    def _picture(self) -> Screenshot:
        try:
            self._last = self._take()
        except WrongState as error:
            if self._last is None:
                raise
            raise ScreenGone(
                _("It stopped while its screen was looked at."),
                subject=self._subject,
                next_step=_("See why it stopped, start it, and look again."),
                code=error.code,
                details=error.details,
                picture=self._last,
            ) from error
        return self._last

    def _explained(self, found: NotYet, image: Image.Image) -> NotYet:
        """Return a better reason than what was not seen, where there is one."""
        if self._state() is DomainState.PAUSED:
            return NotYet(_("the machine is paused, and its screen stands still"), _("Resume it."))
        if picture_search.is_blank(image):
            return NotYet(_BLANK, _WHY_BLANK)
        return found


def cut(picture: Image.Image, region: Region | None, subject: Subject) -> Image.Image:
    """Return a part of a picture; all of it without a region.

    Parameters
    ----------
    picture
        The screen.
    region
        The part.
    subject
        For errors.

    Raises
    ------
    InvalidDefinition
        The part is not within the picture.
    """
    if region is None:
        return picture
    x, y, width, height = region
    if not (0 <= x < x + width <= picture.width and 0 <= y < y + height <= picture.height):
        raise InvalidDefinition(
            _("The region {region} is not within the screen of {width} x {height} pixels.").format(
                region=region, width=picture.width, height=picture.height
            ),
            subject=subject,
            next_step=_("Give x, y, width and height in pixels from the upper left corner."),
        )
    return picture.crop((x, y, x + width, y + height))


def _seen(text: str) -> LazyString:
    lines = text.splitlines()
    if not lines:
        return _("tesseract reads no text on it")
    last = " / ".join(line.strip()[:_LINE] for line in lines[-_LINES:])
    return _("its text ends with {text}").format(text=repr(last))
