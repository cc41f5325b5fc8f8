"""Pictures found in others."""

from __future__ import annotations

import random

import pytest
from PIL import Image, ImageDraw

from qvirt_jupyter.hypervisor.screen.picture_search import Place, difference, find, is_blank


@pytest.fixture(scope="module")
def a_screen():
    """Text on a dark background, the same letters in many places."""
    picture = Image.new("RGB", (640, 400), (20, 30, 60))
    draw = ImageDraw.Draw(picture)
    for line in range(20):
        draw.text((5, 3 + 19 * line), f"{line}: root@tiny login: ls -la /etc" * 3, fill="white")
    draw.rectangle((300, 200, 380, 230), fill=(200, 60, 40))
    draw.text((320, 208), "OK", fill="white")
    return picture


@pytest.mark.parametrize(
    "box", [(290, 190, 390, 240), (0, 0, 60, 20), (600, 380, 640, 400), (5, 197, 205, 210)]
)
def test_a_part_is_found_where_it_was_cut_out(a_screen, box):
    part = a_screen.crop(box)
    place = find(part, a_screen)
    assert (place.width, place.height, place.share) == (*part.size, 1.0)
    # The same letters are in several places.
    found = (place.x, place.y, place.x + part.width, place.y + part.height)
    assert a_screen.crop(found).tobytes() == part.tobytes()


def test_the_whole_is_found_in_itself(a_screen):
    assert find(a_screen, a_screen) == Place(0, 0, 640, 400, 1.0)


def test_a_part_that_is_not_quite_the_same_is_found_too(a_screen):
    part = a_screen.crop((290, 190, 390, 240)).convert("RGB")
    rng = random.Random(1)  # noqa: S311 - a test that is the same each time
    for _number in range(100):
        part.putpixel((rng.randrange(100), rng.randrange(50)), (0, 255, 0))
    # A little brighter, as another decoder might make it.
    part = part.point(lambda value: min(255, value + 10))
    place = find(part, a_screen)
    assert (place.x, place.y) == (290, 190)
    assert 0.97 < place.share < 1


def test_what_is_not_there_agrees_little(a_screen):
    other = Image.effect_noise((60, 40), 100).convert("RGB")
    assert find(other, a_screen).share < 0.7


def test_what_does_not_fit_is_nowhere(a_screen):
    assert find(a_screen, a_screen.crop((0, 0, 639, 400))) is None


def test_the_middle_of_a_place():
    assert Place(10, 20, 30, 41, 1.0).centre == (25, 40)
    assert Place(10, 20, 30, 41, 1.0).moved(5, 6).centre == (30, 46)


def test_how_much_differs(a_screen):
    other = a_screen.copy()
    assert difference(a_screen, other) == 0
    ImageDraw.Draw(other).rectangle((300, 200, 363, 209), fill="blue")
    assert difference(a_screen, other) == pytest.approx(640 / (640 * 400), abs=1e-6)
    assert difference(a_screen, a_screen.crop((0, 0, 10, 10))) == 1


def test_a_blank_picture(a_screen):
    assert is_blank(Image.new("RGB", (10, 10), "navy"))
    assert not is_blank(a_screen)
