"""What is known of operating systems, and what lies on their installation media.

The knowledge is libosinfo's database, which distributions package as ``osinfo-db``.
https://libosinfo.org/
"""

from __future__ import annotations

from qvirt_jupyter.provision.osinfo.database import Database, osinfo
from qvirt_jupyter.provision.osinfo.media import DetectedMedia, detect_media
from qvirt_jupyter.provision.osinfo.operating_system import GENERIC, Firmware, OperatingSystem
from qvirt_jupyter.provision.osinfo.patterns import CloudImage, MediaPattern, TreePattern
from qvirt_jupyter.provision.osinfo.resources import Resources

__all__ = [
    "GENERIC",
    "CloudImage",
    "Database",
    "DetectedMedia",
    "Firmware",
    "MediaPattern",
    "OperatingSystem",
    "Resources",
    "TreePattern",
    "detect_media",
    "osinfo",
]
