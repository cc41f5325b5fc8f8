"""ISO images with the identifiers of real media, made by xorriso."""

import functools
import struct
import subprocess
import tempfile
from pathlib import Path

SECTOR = 2048
DESCRIPTOR = 16 * SECTOR
# ECMA-119, 8.4: where the identifiers of the primary volume descriptor lie, and how long they are.
IDENTIFIERS = {
    "system": (8, 32),
    "volume": (40, 32),
    "publisher": (318, 128),
    "application": (574, 128),
}
SPACE_SIZE = 80


@functools.cache
def _image(*, bootable: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder, "content")
        content.mkdir()
        (content / "boot.img").write_bytes(bytes(SECTOR))
        path = Path(folder, "image.iso")
        boot = ["-b", "boot.img", "-no-emul-boot", "-boot-load-size", "4"] if bootable else []
        subprocess.run(
            ["xorriso", "-as", "mkisofs", "-quiet", "-o", path, *boot, content],
            check=True,
            capture_output=True,
            timeout=60,
        )
        return path.read_bytes()


def an_iso(folder: Path, recipe: dict) -> Path:
    """Make an image as a recipe says; a machine that starts from it finds nothing."""
    path = folder / f"{recipe['id']}.iso"
    path.write_bytes(_image(bootable=recipe["bootable"]))
    with path.open("r+b") as file:
        for name, (offset, length) in IDENTIFIERS.items():
            file.seek(DESCRIPTOR + offset)
            file.write(recipe.get(name, "").encode("latin-1")[:length].ljust(length))
        if "volume_blocks" in recipe:
            blocks = int(recipe["volume_blocks"])
            file.seek(DESCRIPTOR + SPACE_SIZE)
            file.write(struct.pack("<I", blocks) + struct.pack(">I", blocks))
    return path
