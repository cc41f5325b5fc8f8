"""Disk images: what one is, before a machine is made of it."""

from __future__ import annotations

from qvirt_jupyter.provision.images.disk_image import FORMATS, DiskImage, format_of

__all__ = ["FORMATS", "DiskImage", "format_of"]
