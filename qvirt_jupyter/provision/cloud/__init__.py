"""Machines from cloud images: what they are told on their first start."""

from __future__ import annotations

from qvirt_jupyter.provision.cloud.network import CloudNetwork
from qvirt_jupyter.provision.cloud.problems import InvalidSeed, SeedProblem
from qvirt_jupyter.provision.cloud.seed import CloudSeed
from qvirt_jupyter.provision.cloud.ssh_keys import own_ssh_keys

__all__ = ["CloudNetwork", "CloudSeed", "InvalidSeed", "SeedProblem", "own_ssh_keys"]
