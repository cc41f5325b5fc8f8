"""Installation trees on servers: which system they hold, and the kernel that installs it."""

from __future__ import annotations

from qvirt_jupyter.provision.trees.boot_files import BootFile, fetch_boot_file
from qvirt_jupyter.provision.trees.description import DetectedTree
from qvirt_jupyter.provision.trees.detection import detect_tree
from qvirt_jupyter.provision.trees.fetching import checked_url

__all__ = ["BootFile", "DetectedTree", "checked_url", "detect_tree", "fetch_boot_file"]
