"""Names of cloud images tell which system is on them."""

import pytest

from qvirt_jupyter.provision.cloud import detect_image
from qvirt_jupyter.provision.osinfo import Database

SYSTEMS = {
    "debian12": "<codename>Bookworm</codename><version>12</version>",
    "debian1": "<version>1.1</version>",
    "debiantesting": "<version>testing</version>",
    "ubuntu24.04": "<codename>Noble Numbat</codename><version>24.04</version>",
    "ubuntu22.04": "<codename>Jammy Jellyfish</codename><version>22.04</version>",
    "fedora40": "<version>40</version>",
    "fedora4": "<version>4</version>",
    "rocky9": "<version>9</version>",
    "rocky9.0": "<version>9.0</version>",
    "almalinux9": "<version>9</version>",
    "centos-stream9": "<version>9</version>",
    "opensuse15.5": "<version>15.5</version>",
    "alpinelinux3.19": "<version>3.19</version>",
    "archlinux": "",
    "linux2022": "<version>2022</version>",
    "freebsd14.0": "<version>14.0</version>",
    "egg7": "<version>7</version><image arch='x86_64' format='qcow2'>"
    "<url>https://example.org/omelette_7.qcow2</url></image>",
}


@pytest.fixture(scope="module")
def a_database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("osinfo")
    (folder / "os").mkdir()
    for name, rest in SYSTEMS.items():
        brand = "libosinfo.org/linux" if name.startswith("linux") else "example.org"
        (folder / "os" / f"{name}.xml").write_text(
            f'<libosinfo version="0.0.1"><os id="http://{brand}/{name}">'
            f"<short-id>{name}</short-id><name>{name}</name>{rest}</os></libosinfo>"
        )
    return Database([folder])


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("/srv/images/debian-12-genericcloud-amd64-20240211-1654.qcow2", "debian12"),
        ("images/debian-12-nocloud-arm64.raw", "debian12"),
        ("debian-13-generic-amd64.qcow2", None),
        (
            "https://cloud-images.ubuntu.com/noble/current/noble-server-cloudimg-amd64.img",
            "ubuntu24.04",
        ),
        ("jammy-minimal-cloudimg-amd64.img", "ubuntu22.04"),
        ("ubuntu-24.04-server-cloudimg-amd64.img", "ubuntu24.04"),
        ("Fedora-Cloud-Base-Generic.x86_64-40-1.14.qcow2", "fedora40"),
        ("Fedora-Cloud-Base-41-1.4.x86_64.qcow2", None),
        ("Rocky-9-GenericCloud.latest.x86_64.qcow2", "rocky9"),
        ("AlmaLinux-9-GenericCloud-latest.x86_64.qcow2", "almalinux9"),
        ("CentOS-Stream-GenericCloud-9-latest.x86_64.qcow2", "centos-stream9"),
        ("openSUSE-Leap-15.5-Minimal-VM.x86_64-Cloud.qcow2", "opensuse15.5"),
        ("nocloud_alpine-3.19.1-x86_64-bios-cloudinit-r0.qcow2", "alpinelinux3.19"),
        ("Arch-Linux-x86_64-cloudimg.qcow2", "archlinux"),
        ("FreeBSD-14.0-RELEASE-amd64-BASIC-CI.qcow2", "freebsd14.0"),
        ("omelette_7.qcow2", "egg7"),
        ("disk.qcow2", None),
        ("", None),
        ("/", None),
        ("12.img", None),
    ],
)
def test_a_name_tells_the_system(a_database, name, found):
    system = detect_image(name, database=a_database)
    assert (system and system.short_id) == found
