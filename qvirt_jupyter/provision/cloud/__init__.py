"""Machines from cloud images, and what those are told on their first start."""

from __future__ import annotations

from qvirt_jupyter.provision.cloud.cloud_image import CloudImage
from qvirt_jupyter.provision.cloud.detection import detect_image
from qvirt_jupyter.provision.cloud.network import CloudNetwork
from qvirt_jupyter.provision.cloud.problems import InvalidSeed, SeedProblem
from qvirt_jupyter.provision.cloud.seed import CloudSeed
from qvirt_jupyter.provision.cloud.ssh_keys import own_ssh_keys

__all__ = [
    "CloudImage",
    "CloudNetwork",
    "CloudSeed",
    "InvalidSeed",
    "SeedProblem",
    "detect_image",
    "own_ssh_keys",
]
