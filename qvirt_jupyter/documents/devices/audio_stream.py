"""The two directions of an audio backend.

https://libvirt.org/formatdomain.html#audio-backends
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text

if TYPE_CHECKING:
    from collections.abc import Callable

# What only some types of backend have, by field (src/conf/domain_conf.h, virDomainAudioIO*).
ONLY_OF = {
    "device": ("alsa", "oss"),
    "buffer_count": ("oss", "sdl", "coreaudio"),
    "poll": ("oss",),
    "name": ("pulseaudio", "pipewire"),
    "stream_name": ("pulseaudio", "pipewire"),
    "latency": ("pulseaudio", "pipewire"),
    "server_name": ("jack",),
    "client_name": ("jack",),
    "ports": ("jack",),
    "exact_name": ("jack",),
}


def _only_of(name: str) -> Callable[[AudioStream], bool]:
    return lambda stream: stream.backend_type in ONLY_OF[name]


class AudioStream(Element):
    """What the guest records, or what it plays."""

    tag = "input"

    mixing_engine = Field(
        "@mixingEngine",
        YesNo(),
        label=_("Mixing by the emulator"),
        help=_("Off leaves volume and conversion to the host."),
        advanced=True,
    )
    fixed_settings = Field(
        "@fixedSettings",
        YesNo(),
        label=_("Fixed settings"),
        help=_("The host's side is opened as is said here, whatever the guest wants."),
        advanced=True,
    )
    voices = Field("@voices", Integer(1), label=_("Voices"), advanced=True)
    buffer_length = Field(
        "@bufferLength", Integer(1), label=_("Buffer length"), unit="µs", advanced=True
    )
    device = Field("@dev", Text(), label=_("Device"), advanced=True, when=_only_of("device"))
    buffer_count = Field(
        "@bufferCount", Integer(1), label=_("Buffers"), advanced=True, when=_only_of("buffer_count")
    )
    poll = Field("@tryPoll", YesNo(), label=_("Poll"), advanced=True, when=_only_of("poll"))
    name = Field("@name", Text(), label=_("Sink or source"), advanced=True, when=_only_of("name"))
    stream_name = Field(
        "@streamName", Text(), label=_("Stream name"), advanced=True, when=_only_of("stream_name")
    )
    latency = Field(
        "@latency",
        Integer(1),
        label=_("Latency"),
        unit="µs",
        advanced=True,
        when=_only_of("latency"),
    )
    server_name = Field(
        "@serverName", Text(), label=_("Server"), advanced=True, when=_only_of("server_name")
    )
    client_name = Field(
        "@clientName", Text(), label=_("Client name"), advanced=True, when=_only_of("client_name")
    )
    ports = Field(
        "@connectPorts",
        Text(),
        label=_("Ports"),
        help=_("A regular expression of the ports to connect to."),
        advanced=True,
        when=_only_of("ports"),
    )
    exact_name = Field(
        "@exactName", YesNo(), label=_("Exact name"), advanced=True, when=_only_of("exact_name")
    )
    frequency = Field(
        "settings/@frequency",
        Integer(1),
        label=_("Frequency"),
        unit="Hz",
        advanced=True,
        when=lambda stream: stream.fixed_settings is True,
    )
    channels = Field(
        "settings/@channels",
        Integer(1),
        label=_("Channels"),
        advanced=True,
        when=lambda stream: stream.fixed_settings is True,
    )
    format = Field(
        "settings/@format",
        Choice("s8", "u8", "s16", "u16", "s32", "u32", "f32"),
        label=_("Format"),
        advanced=True,
        when=lambda stream: stream.fixed_settings is True,
    )

    @property
    def backend_type(self) -> str | None:
        """The type of the backend that it is a direction of."""
        kind: str | None = getattr(self._holder, "type", None)
        return kind

    def fit(self, kind: str | None) -> None:
        """Forget what backends of a type do not have."""
        for name, kinds in ONLY_OF.items():
            if kind not in kinds:
                setattr(self, name, None)
