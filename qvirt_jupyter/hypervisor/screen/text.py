"""The text on a screen, read by tesseract where that is installed.

https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageOps

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, OperationFailed, Unsupported

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.errors import Subject

_TIMEOUT: Final = 120.0
"""Seconds for one picture; it takes one or two on a machine that does nothing else."""
_WIDTH: Final = 2000
"""Pixels: letters of a screen are 8 to 16 pixels high, and tesseract wants 30."""
_LARGEST: Final = 4
_HALF: Final = 128
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9_/+-]{1,100}")
_QUOTES: Final = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")


def read(picture: Image.Image, subject: Subject, *, language: str = "eng") -> str:
    """Return the text in a picture of a screen, line by line; empty where it reads none.

    Parameters
    ----------
    picture
        The whole screen, or a part of it.
    subject
        For errors.
    language
        As tesseract names it, several joined by ``+``: ``"deu+eng"``.

    Raises
    ------
    Unsupported
        tesseract is not installed; says how to get it.
    InvalidDefinition
        That is not a name of a language.
    OperationFailed
        It fails, for instance because it does not have the language.
    """
    program = program_path(subject)
    if not _LANGUAGE.fullmatch(language) or language.startswith("-"):
        raise InvalidDefinition(
            _("{language} is not a language of tesseract.").format(language=repr(language)),
            subject=subject,
            next_step=_("Use a name such as 'eng', 'deu' or 'deu+eng'."),
        )
    try:
        done = subprocess.run(  # noqa: S603 - tesseract, with a checked language
            # A block of lines, whose spaces count.
            [program, "-", "-", "-l", language, "--psm", "6", "-c", "preserve_interword_spaces=1"],
            input=_prepared(picture),
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
            # It would use all processors, which guests need.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OperationFailed(
            _("The text cannot be read: tesseract does not work."),
            subject=subject,
            details=str(error),
        ) from error
    if done.returncode:
        raise OperationFailed(
            _("tesseract cannot read the text of the screen in the language {language}.").format(
                language=repr(language)
            ),
            subject=subject,
            next_step=_("Install its data for this language, or name another one."),
            details=done.stderr.decode(errors="replace"),
        )
    lines = done.stdout.decode(errors="replace").translate(_QUOTES).splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip())


def program_path(subject: Subject) -> str:
    """Return where tesseract is.

    Raises
    ------
    Unsupported
        It is not installed; says how to get it.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise Unsupported(
            _("The text of a screen is read by tesseract, which is not installed here."),
            subject=subject,
            next_step=_(
                "Install the package tesseract-ocr (Debian, Ubuntu) or tesseract (Fedora, Arch) "
                "on the machine that Python runs on, or wait for a picture instead."
            ),
        )
    return program


def contains(seen: str, wanted: str | re.Pattern[str]) -> bool:
    """Whether a text that was read has another in it; case and spaces do not count for texts."""
    if isinstance(wanted, re.Pattern):
        return wanted.search(seen) is not None
    return _plain(wanted) in _plain(seen)


def _plain(text: str) -> str:
    return "".join(text.translate(_QUOTES).casefold().split())


def _prepared(picture: Image.Image) -> bytes:
    """Return it as tesseract reads it best: large, and dark on bright."""
    grey = picture.convert("L")
    if ImageOps.grayscale(grey).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) < _HALF:  # type: ignore[operator]
        grey = ImageOps.invert(grey)
    factor = min(_LARGEST, max(1, -(-_WIDTH // max(1, grey.width))))
    grey = grey.resize((grey.width * factor, grey.height * factor), Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    ImageOps.autocontrast(grey).save(encoded, "PNG", compress_level=1)
    return encoded.getvalue()
