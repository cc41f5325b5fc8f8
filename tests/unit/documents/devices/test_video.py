"""Video cards."""

import pytest

from qvirt_jupyter.documents import Domain, DomainCapabilities, Video, parse


@pytest.mark.parametrize(
    ("text", "name", "summary"),
    [
        (
            "<video><model type='virtio' heads='2'><acceleration accel3d='yes'/></model></video>",
            "VirtIO video card",
            "2 screens · 3D acceleration",
        ),
        (
            "<video><model type='vga' vram='16384' heads='1'><resolution x='800' y='600'/></model></video>",
            "VGA video card",
            "800 by 600 pixels · 16 MiB",
        ),
        ("<video><model type='none'/></video>", "No video card", ""),
        ("<video><model type='brand-new'/></video>", "brand-new video card", ""),
        ("<video/>", "Video card", ""),
    ],
)
def test_a_list_says_model_and_size(text, name, summary):
    card = parse(text)
    assert (card.display_name, card.summary) == (name, summary)


def test_cards_of_a_model_are_numbered():
    domain = Domain.parse(
        "<domain><devices><video><model type='qxl'/></video><video><model type='virtio'/></video>"
        "<video><model type='qxl'/></video></devices></domain>"
    )
    cards = domain.devices.videos
    assert [card.display_name for card in cards] == [
        "QXL video card 1",
        "VirtIO video card",
        "QXL video card 2",
    ]
    assert [card.identity for card in cards] == [
        ("video", "qxl", 1),
        ("video", "virtio", 1),
        ("video", "qxl", 2),
    ]


def test_another_model_resets_what_was_of_the_old_one():
    card = parse(
        "<video><driver name='vhostuser' vgaconf='on'/><model type='virtio' ram='1' vram='2' vram64='3'"
        " vgamem='4' heads='5' primary='yes' blob='on'><acceleration accel3d='yes' accel2d='no'"
        " rendernode='/r'/><resolution x='1' y='2'/></model><address type='pci'/></video>"
    )
    card.model = "vga"
    assert card.accelerate_3d is None
    again = parse(str(card))
    assert (again.model, again.primary) == ("vga", True)
    assert not again.address
    left = {"driver", "heads", "blob", "vram", "vram64", "vga_memory", "ram", "width", "height"}
    assert [getattr(again, name) for name in sorted(left)] == [None] * len(left)


@pytest.mark.parametrize(
    ("devices", "kept"),
    [
        ("<graphics type='vnc'/><video/>", True),
        ("<graphics type='vnc'/><video/><video/>", False),
        ("<video/>", False),
    ],
)
def test_the_last_card_stays_while_a_display_shows_it(devices, kept):
    domain = Domain.parse(f"<domain><devices>{devices}</devices></domain>")
    assert bool(domain.devices.videos[0].why_kept) == kept
    assert not Video().why_kept


def offer(*models):
    values = "".join(f"<value>{model}</value>" for model in models)
    return DomainCapabilities.parse(
        "<domainCapabilities><devices><video supported='yes'><enum name='modelType'>"
        f"{values}</enum></video></devices></domainCapabilities>"
    )


UEFI = "<os firmware='efi'/>"
ONE = "<devices><video><model type='vga'/></video></devices>"


@pytest.mark.parametrize(
    ("inside", "host", "expected"),
    [
        ("", None, "virtio"),
        ("", offer("vga", "cirrus"), "vga"),
        ("", offer("cirrus"), "virtio"),
        (UEFI, offer("vga", "bochs"), "bochs"),
        (ONE, offer("vga", "qxl"), "qxl"),
        (ONE, None, "virtio"),
    ],
)
def test_the_card_that_suits_the_guest_is_suggested(inside, host, expected):
    domain = Domain.parse(f"<domain type='kvm'>{inside}</domain>")
    assert Video.suggested(domain, host).model == expected


def test_a_card_replaces_what_says_that_there_is_none():
    none = Domain.parse("<domain><devices><video><model type='none'/></video></devices></domain>")
    card = Video.suggested(none, None)
    assert (card.model, card.refused(none, None)) == ("virtio", "")
    assert card.replaces(none) == (none.devices.videos[0],)
    assert Video(model="none").refused(none, None) == ""
    one = Domain.parse(f"<domain>{ONE}</domain>")
    assert "remove it first" in str(Video(model="none").refused(one, None))
    assert card.replaces(one) == ()


def test_xen_has_a_card_of_its_own():
    assert Video.suggested(Domain(type="xen"), None).model == "xen"
