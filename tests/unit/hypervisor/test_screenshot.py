"""What a hypervisor sends as a picture becomes a PNG, or a clear error."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from qvirt_jupyter.hypervisor.errors import OperationFailed, Subject
from qvirt_jupyter.hypervisor.screen import screenshot

SUBJECT = Subject("domain", "web", "test:///default")


def picture(form):
    file = io.BytesIO()
    Image.new("RGB", (3, 2), (255, 0, 0)).save(file, form)
    return file.getvalue()


@pytest.mark.parametrize("form", ["PPM", "PNG"])
def test_a_picture_becomes_a_png(form):
    shot = screenshot._as_png(picture(form), SUBJECT)
    assert (shot.width, shot.height) == (3, 2)
    with Image.open(io.BytesIO(shot.png)) as image:
        assert image.format == "PNG"
        assert image.convert("RGB").getpixel((2, 1)) == (255, 0, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        picture("GIF"),
        picture("PPM")[:-5],
        b"P6\n-1 2\n255\n",
        # More than any screen has, and hardly a byte of it.
        b"P6\n60000 60000\n255\n",
        picture("PNG").replace(bytes([0, 0, 0, 3, 0, 0, 0, 2]), bytes([0, 0, 255, 0] * 2)),
    ],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(OperationFailed, match="not a picture"):
        screenshot._as_png(data, SUBJECT)
