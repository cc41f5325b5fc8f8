"""A guest with slots for processors and memory, and what its tests do to it."""

from __future__ import annotations

from qvirt_jupyter.documents import parse

LONG = 240
"""Seconds that anything may take on a machine under load."""
MIB = 1024 * 1024
USB = "<controller type='usb' index='0' model='qemu-xhci'/>"
CD = "<disk type='file' device='cdrom'><driver name='qemu'/><target dev='sda' bus='scsi'/></disk>"


def with_room(text):
    """Give a definition slots for processors and memory, and a drive for CDs."""
    return (
        text.replace("<vcpu placement='static'>1<", "<vcpu placement='static' current='1'>4<")
        .replace("<memory ", "<maxMemory slots='4' unit='MiB'>1024</maxMemory><memory ", 1)
        .replace(
            "<clock ",
            "<cpu><numa><cell id='0' cpus='0-3' memory='256' unit='MiB'/></numa></cpu><clock ",
            1,
        )
        .replace(
            "<interface ",
            f"<controller type='scsi' index='0' model='virtio-scsi'/>{CD}<interface ",
            1,
        )
        .replace("<controller type='usb' index='0' model='none'/>", USB)
    )


def disk(path, target="vdb"):
    return parse(
        f"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
        f"<source file='{path}'/><target dev='{target}' bus='virtio'/></disk>"
    )


def when_of(result):
    return {effect.path: effect.when for effect in result.effects}


def edited(guest, change):
    edit = guest.edit()
    with edit as definition:
        change(definition)
    return edit.result


def changed(guest, change):
    definition = guest.document(inactive=True, secure=True)
    change(definition)
    return definition
