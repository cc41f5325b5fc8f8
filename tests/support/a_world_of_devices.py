"""A world of libvirt's test driver: a running machine, one with many devices, a pool, a network."""

from __future__ import annotations

from pathlib import Path

from a_rich_machine import RICH, UUID

_DISKS = 55
DEVICES = 60
"""How many devices the machine called "many" has at least."""


def write_world(folder):
    """Write the file in a folder, and return its path."""
    disks = "".join(
        f"<disk type='file' device='disk'><source file='/lab/{number}.img'/>"
        f"<target dev='sd{chr(97 + number // 26)}{chr(97 + number % 26)}' bus='sata'/></disk>"
        for number in range(_DISKS)
    )
    many = (
        RICH.replace("<name>web<", "<name>many<")
        .replace(UUID, UUID.replace("5501", "5502"))
        .replace("a1'/>", "a2'/>")
        .replace("<interface", f"{disks}<interface", 1)
    )
    path = Path(folder) / "details.xml"
    path.write_text(
        "<node><memory>67108864</memory><cpu><mhz>2600</mhz><model>x</model><active>4</active>"
        "<nodes>1</nodes><sockets>2</sockets><cores>2</cores><threads>1</threads></cpu>"
        f"{RICH}{many}"
        "<network><name>default</name><bridge name='tbr0'/>"
        "<ip address='10.7.0.1' netmask='255.255.255.0'/></network>"
        "<pool type='dir'><name>images</name><target><path>/lab/rich</path></target>"
        "<volume><name>web.qcow2</name><capacity unit='GiB'>20</capacity>"
        "<target><path>/lab/rich/web.qcow2</path><format type='qcow2'/></target></volume>"
        "<volume><name>spare.qcow2</name><capacity unit='GiB'>4</capacity>"
        "<target><path>/lab/rich/spare.qcow2</path><format type='qcow2'/></target></volume>"
        "</pool></node>",
        "utf-8",
    )
    return path
