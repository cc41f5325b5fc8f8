"""Versions, and the URI that libvirt was told to use."""

from __future__ import annotations

from pathlib import Path

import libvirt
import pytest

from qvirt_jupyter.hypervisor.host import host


@pytest.mark.parametrize(
    ("number", "text"), [(9000000, "9.0.0"), (12008003, "12.8.3"), (2, "0.0.2"), (0, "")]
)
def test_versions_as_people_write_them(number, text):
    assert host.version_text(number) == text


CAPABILITIES = (
    "<capabilities><host><cpu><vendor>AMD</vendor><model>kvm64</model></cpu></host></capabilities>"
)


@pytest.mark.parametrize(
    ("cpuinfo", "sysinfo", "words"),
    [
        ("processor\t: 0\nmodel name\t: AMD  EPYC\n", "", "AMD EPYC"),
        (
            "processor\t: 0\n",
            "<sysinfo><processor><entry name='version'>Other CPU </entry></processor></sysinfo>",
            "Other CPU",
        ),
        ("", "", "most like libvirt's AMD kvm64"),
    ],
)
def test_a_processor_has_its_own_name_before_that_of_a_model(tmp_path, cpuinfo, sysinfo, words):
    class Raw:
        def getSysinfo(self, _flags):  # noqa: N802 - libvirt's name
            if not sysinfo:
                raise libvirt.libvirtError("Host SMBIOS information is not available")
            return sysinfo

        def getCapabilities(self):  # noqa: N802 - as above
            return CAPABILITIES

    file = tmp_path / "cpuinfo"
    if cpuinfo:
        file.write_text(cpuinfo)
    assert host.processor_model(Raw(), file) == words


def test_the_environment_says_which_hypervisor(monkeypatch):
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", "test:///default")
    assert host.configured_uri() == "test:///default"


def test_a_users_settings_say_it_too(monkeypatch, tmp_path):
    monkeypatch.delenv("LIBVIRT_DEFAULT_URI", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    settings = Path(tmp_path) / "libvirt" / "libvirt.conf"
    settings.parent.mkdir()
    settings.write_text('#uri_default = "xen:///"\nuri_default = "qemu+ssh://h/system"\n')
    assert host.configured_uri() == "qemu+ssh://h/system"


def test_the_uuid_in_a_saved_image():
    assert host.saved_uuid("<domain><uuid> abc </uuid></domain>") == "abc"
