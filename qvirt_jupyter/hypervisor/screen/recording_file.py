"""Files of recordings: pictures with their times, as GIF or WebM."""

from __future__ import annotations

import base64
import contextlib
import html
import os
import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import GifImagePlugin, Image, ImageChops

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, OperationFailed, Unsupported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.hypervisor.errors import Subject

_LAST: Final = 1.5
"""Seconds for which the last picture stays before a GIF begins again."""
_SHORTEST: Final = 0.02
"""Seconds; what is shorter, browsers show for a tenth of a second."""
_GIF_LONGEST: Final = 655.0
"""Seconds that a picture of a GIF can last (two bytes of hundredths)."""
_PALETTE: Final = 256
_FOR_EVER: Final = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
"""The extension of GIF that begins again after the last picture."""
_TIMEOUT: Final = 600.0
"""Seconds for ffmpeg."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a recording.

    Parameters
    ----------
    path
        Its PNG file.
    shown
        When it was first seen, in seconds of the monotonic clock.
    width, height
        In pixels.
    """

    path: Path
    shown: float
    width: int
    height: int


def check(path: Path, subject: Subject) -> None:
    """Refuse a file that could not be written in the end.

    Parameters
    ----------
    path
        Where a recording is to go.
    subject
        For errors.

    Raises
    ------
    InvalidDefinition
        It is neither ``.gif`` nor ``.webm``, or its folder does not exist.
    Unsupported
        There is no ffmpeg for ``.webm``.
    """
    kind = path.suffix.lower()
    if kind not in {".gif", ".webm"}:
        raise InvalidDefinition(
            _("{path} is neither a .gif nor a .webm file.").format(path=path),
            subject=subject,
            next_step=_("Give it one of these endings."),
        )
    if not path.absolute().parent.is_dir():
        raise InvalidDefinition(
            _("There is no folder {folder}.").format(folder=path.absolute().parent),
            subject=subject,
            next_step=_("Make it, or name a file in another one."),
        )
    if kind == ".webm" and shutil.which("ffmpeg") is None:
        raise Unsupported(
            _("WebM files are made by ffmpeg, which is not installed here."),
            subject=subject,
            next_step=_("Install the package ffmpeg, or record a .gif file."),
        )


def write(path: Path, frames: Sequence[Frame], end: float, subject: Subject) -> None:
    """Write a recording; the file appears when it is complete.

    Parameters
    ----------
    path
        As :func:`check` let it pass.
    frames
        One at least.
    end
        When the last picture was still seen.
    subject
        For errors.

    Raises
    ------
    OperationFailed
        ffmpeg failed.
    OSError
        The file cannot be written.
    """
    # Screens change their size as a guest boots; a moving picture has one.
    size = (max(frame.width for frame in frames), max(frame.height for frame in frames))
    stops = [frame.shown for frame in frames[1:]] + [end + _LAST]
    lasting = [
        max(_SHORTEST, stop - frame.shown) for frame, stop in zip(frames, stops, strict=True)
    ]
    descriptor, name = tempfile.mkstemp(
        dir=path.absolute().parent, prefix=f".{path.name}.", suffix=path.suffix.lower()
    )
    os.close(descriptor)
    unfinished = Path(name)
    try:
        if path.suffix.lower() == ".gif":
            _write_gif(unfinished, frames, lasting, size)
        else:
            _write_webm(unfinished, frames, lasting, size, subject)
        # mkstemp's files are private; this one is as others that the user writes.
        unfinished.chmod(0o666 & ~_umask())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def shown(path: Path, name: str) -> dict[str, Any]:
    """Return what a notebook shows of a recording.

    Parameters
    ----------
    path
        Its file.
    name
        What it shows, for those who do not see it.
    """
    data = path.read_bytes()
    if path.suffix.lower() == ".gif":
        return {"image/gif": data}
    encoded = base64.b64encode(data).decode()
    label = html.escape(str(_("Recording of {name}").format(name=name)), quote=True)
    return {
        "text/html": (
            f'<video controls loop muted autoplay aria-label="{label}" style="max-width:100%" '
            f'src="data:video/webm;base64,{encoded}"></video>'
        )
    }


def _write_gif(
    path: Path, frames: Sequence[Frame], lasting: Sequence[float], size: tuple[int, int]
) -> None:
    """Write one picture after the other: Pillow's own way keeps all of them in memory.

    Of each only the part that changed is written, with colours of its own.
    https://www.w3.org/Graphics/GIF/spec-gif89a.txt
    """
    before: Image.Image | None = None
    with path.open("wb") as file:
        file.write(b"GIF89a" + struct.pack("<HHBBB", *size, 0x70, 0, 0) + _FOR_EVER)
        for frame, seconds in zip(frames, lasting, strict=True):
            picture = _padded(frame, size)
            changed = (0, 0, *size)
            if before is not None:
                # Pictures of different sizes may be the same within a border.
                changed = ImageChops.difference(picture, before).getbbox() or (0, 0, 1, 1)
            part = picture.crop(changed).quantize(_PALETTE, dither=Image.Dither.NONE)
            for block in GifImagePlugin.getdata(
                part,
                changed[:2],
                duration=round(min(seconds, _GIF_LONGEST) * 1000),
                include_color_table=True,
                disposal=1,
            ):
                file.write(block)
            before = picture
        file.write(b";")


def _padded(frame: Frame, size: tuple[int, int]) -> Image.Image:
    """Return a picture with a black border that makes it as large as the others."""
    with Image.open(frame.path, formats=("PNG",)) as opened:
        picture = opened.convert("RGB")
    if picture.size == size:
        return picture
    whole = Image.new("RGB", size)
    whole.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return whole


def _write_webm(
    path: Path,
    frames: Sequence[Frame],
    lasting: Sequence[float],
    size: tuple[int, int],
    subject: Subject,
) -> None:
    # https://ffmpeg.org/ffmpeg-formats.html#concat-1: the last file is named twice, or its time
    # does not count.
    lines = ["ffconcat version 1.0"]
    for frame, seconds in zip(frames, lasting, strict=True):
        lines += [f"file '{frame.path.name}'", f"duration {seconds:.3f}"]
    lines.append(f"file '{frames[-1].path.name}'")
    script = frames[0].path.parent / "frames.ffconcat"
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # VP8 wants even sides.
    even = (size[0] + size[0] % 2, size[1] + size[1] % 2)
    for frame in frames:
        if (frame.width, frame.height) != even:
            _padded(frame, even).save(frame.path, "PNG")
    command: list[str | Path] = [
        *("ffmpeg", "-nostdin", "-loglevel", "error", "-y"),
        *("-f", "concat", "-safe", "1", "-i", script),
        *("-vf", "format=yuv420p"),
        *("-c:v", "libvpx", "-crf", "10", "-b:v", "2M", "-threads", "2", "-fps_mode", "vfr"),
        # Text on a still background is easy, and a busy host has guests to run.
        *("-deadline", "realtime", "-cpu-used", "8"),
        *("-f", "webm", path),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - ffmpeg, with files of our own
            command, capture_output=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(subject, str(error)) from error
    if done.returncode:
        raise _failed(subject, done.stderr.decode(errors="replace"))


def _failed(subject: Subject, details: str) -> OperationFailed:
    return OperationFailed(
        _("ffmpeg could not write the recording."),
        subject=subject,
        next_step=_("Record a .gif file instead, or see the details."),
        details=details,
    )


def _umask() -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    return 0o077
