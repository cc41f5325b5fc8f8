"""The medium by which a guest gets its seed: a small ISO image, labelled ``cidata``.

https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from pycdlib import PyCdlib

if TYPE_CHECKING:
    from collections.abc import Mapping

LABEL: Final = "cidata"
_MODE: Final = 0o100444


def seed_image(files: Mapping[str, str]) -> bytes:
    """Return an ISO 9660 image with Joliet and Rock Ridge names.

    Parameters
    ----------
    files
        What is in it, by name.
    """
    image = PyCdlib()
    image.new(interchange_level=3, joliet=3, rock_ridge="1.09", vol_ident=LABEL)
    try:
        for name, text in files.items():
            content = text.encode()
            image.add_fp(
                io.BytesIO(content),
                len(content),
                f"/{name.upper().replace('-', '_')}.;1",
                rr_name=name,
                joliet_path=f"/{name}",
                file_mode=_MODE,
            )
        made = io.BytesIO()
        image.write_fp(made)
    finally:
        image.close()
    return made.getvalue()
