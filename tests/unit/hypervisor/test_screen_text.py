"""Text in pictures, where tesseract is installed and where it is not."""

from __future__ import annotations

import re
import shutil

import pytest
from PIL import Image, ImageDraw

from qvirt_jupyter.hypervisor import InvalidDefinition, OperationFailed, Subject, Unsupported
from qvirt_jupyter.hypervisor.screen.text import contains, read

SUBJECT = Subject("domain", "web", "test:///default")
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed"
)


@pytest.fixture(params=[("black", "white"), ("white", "black")])
def a_text(request):
    background, letters = request.param
    picture = Image.new("RGB", (640, 120), background)
    draw = ImageDraw.Draw(picture)
    draw.text((10, 10), "Welcome to the machine", fill=letters, font_size=16)
    draw.text((10, 60), "please enter your password", fill=letters, font_size=16)
    return picture


@needs_tesseract
def test_text_is_read_line_by_line(a_text):
    assert read(a_text, SUBJECT).splitlines() == [
        "Welcome to the machine",
        "please enter your password",
    ]


@needs_tesseract
def test_a_blank_picture_has_no_text():
    assert read(Image.new("RGB", (200, 100)), SUBJECT) == ""


@needs_tesseract
def test_a_language_that_is_not_installed(a_text):
    with pytest.raises(OperationFailed, match="in the language 'xyz'") as caught:
        read(a_text, SUBJECT, language="xyz")
    assert "xyz" in caught.value.details


@needs_tesseract
@pytest.mark.parametrize("language", ["", "-c", "eng; rm", "a" * 101])
def test_a_name_that_is_no_language(a_text, language):
    with pytest.raises(InvalidDefinition, match="not a language"):
        read(a_text, SUBJECT, language=language)


def test_where_tesseract_is_absent_one_learns_how_to_get_it(a_text, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unsupported, match="not installed here") as caught:
        read(a_text, SUBJECT)
    assert "tesseract-ocr" in caught.value.next_step


def test_a_tesseract_that_does_not_work(a_text, monkeypatch, tmp_path):
    broken = tmp_path / "tesseract"
    broken.write_text("this is no program")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OperationFailed, match="does not work"):
        read(a_text, SUBJECT)


@pytest.mark.parametrize(
    ("wanted", "is_there"),
    [
        ("tiny login:", True),
        ("TINY  LOGIN :", True),
        ("tiny logout", False),
        (re.compile(r"^\w+ login:", re.MULTILINE), True),
        (re.compile("Tiny"), False),
        ("it's here", True),
    ],
)
def test_a_text_in_another(wanted, is_there):
    assert contains("Debian\ntiny login: \u2018it\u2019s here", wanted) is is_there
