"""Audio backends: where the sound of a guest goes on the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.audio_stream import AudioStream
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

TYPE_LABELS: Mapping[str, Words] = {
    "none": _("Silence"),
    "spice": "SPICE",
    "pulseaudio": "PulseAudio",
    "pipewire": "PipeWire",
    "alsa": "ALSA",
    "jack": "JACK",
    "oss": "OSS",
    "coreaudio": "CoreAudio",
    "sdl": "SDL",
    "dbus": "D-Bus",
    "file": _("A file"),
}
"""What people call the types."""


class OssAudio(Element):
    """The sound of old kernels."""

    tag = "audio"
    map_memory = Field("@tryMMap", YesNo(), label=_("Map memory"), advanced=True)
    exclusive = Field("@exclusive", YesNo(), label=_("Exclusive"), advanced=True)
    policy = Field("@dspPolicy", Integer(None), label=_("Timing policy"), advanced=True)


class PulseAudio(Element):
    """A sound server of the desktop."""

    tag = "audio"
    server = Field("@serverName", Text(), label=_("Server"), advanced=True)


class PipeWireAudio(Element):
    """The newer sound server of the desktop."""

    tag = "audio"
    runtime_folder = Field("@runtimeDir", Path(), label=_("Runtime folder"), advanced=True)


class SdlAudio(Element):
    """The sound of the emulator's own window."""

    tag = "audio"
    driver = Field(
        "@driver", Choice("esd", "alsa", "arts", "pulseaudio"), label=_("Driver"), advanced=True
    )


class FileAudio(Element):
    """A WAV file that the sound is written to."""

    tag = "audio"
    path = Field("@path", Path(), label=_("File"))


class Audio(Device):
    """An audio backend, which sound cards and displays name by its number.

    https://libvirt.org/formatdomain.html#audio-backends
    """

    tag = "audio"
    collection = "audios"
    key = "id"
    title = _("Audio backend")

    id = Field("@id", Integer(1), label=_("Number"))
    type = Field("@type", Choice(*TYPE_LABELS, labels=TYPE_LABELS), label=_("Type"), unset="")
    timer_period = Field(
        "@timerPeriod", Integer(0), label=_("Timer period"), unit="µs", advanced=True
    )
    source = Variant(
        "@type",
        {
            "oss": OssAudio,
            "pulseaudio": PulseAudio,
            "pipewire": PipeWireAudio,
            "sdl": SdlAudio,
            "file": FileAudio,
        },
    )
    input = Group("input", AudioStream)
    output = Group("output", AudioStream)

    @property
    def display_name(self) -> str:
        """``Audio backend 1``, by the number that others name it by."""
        return f"{self.title} {self.id or ''}".strip()

    @property
    def summary(self) -> str:
        """The type, and the file where there is one."""
        kind = TYPE_LABELS.get(self.type or "", self.type or "")
        path = self.source.path if isinstance(self.source, FileAudio) else ""
        return " · ".join(filter(None, (str(kind), path)))

    @rule("type", touches=("input", "output"))
    def type_decides_about_streams(self) -> None:
        """Forget of the streams what only the old type had."""
        self.input.fit(self.type)
        self.output.fit(self.type)

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get this very one: numbers tell backends apart."""
        del host
        if domain.devices.of(Audio).get(self.id) is not None:
            return _("The guest has an audio backend of this number already.")
        return ""

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one that SPICE plays in its viewer; without SPICE, one that is silent."""
        del host
        there = domain.devices.of(cls)
        taken = {audio.id for audio in there}
        has_spice = any(display.type == "spice" for display in domain.devices.graphics)
        plays = has_spice and not any(audio.type == "spice" for audio in there)
        free = next(number for number in range(1, len(taken) + 2) if number not in taken)
        return cls(id=free, type="spice" if plays else "none")
