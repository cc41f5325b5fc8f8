"""The seed of a copy tells cloud-init that it is another machine, and keeps all else."""

import pytest
import yaml

from qvirt_jupyter.provision.cloud.network import CloudNetwork
from qvirt_jupyter.provision.cloud.reseeding import fixed_addresses, read_seed, reseeded
from qvirt_jupyter.provision.cloud.seed import CloudSeed
from qvirt_jupyter.provision.cloud.seed_image import seed_image

HORSE = "correct horse"
OLD, NEW = "52:54:00:AA:00:01", "52:54:00:bb:00:02"


def a_seed(**values):
    return CloudSeed(user="anna", password=HORSE, instance_id="first", **values)


def copied(files, name="copy"):
    return reseeded(files, instance="second", host_name=name, cards={OLD.lower(): NEW})


def test_who_it_is_changes_and_the_rest_stays():
    network = CloudNetwork(mac=OLD, addresses=("192.0.2.7/24",), name_servers=("192.0.2.1",))
    before = a_seed(host_name="web.lab.example", commands=("echo 'a: b'",), network=network)
    read = read_seed(before.iso())
    assert read is not None
    assert read["meta-data"] == before.files()["meta-data"]
    after = read_seed(seed_image(copied(read)))
    assert after is not None
    assert yaml.safe_load(after["meta-data"]) == {
        "instance-id": "second",
        "local-hostname": "copy",
    }
    old, new = (yaml.safe_load(files["user-data"]) for files in (read, after))
    (command,) = new.pop("bootcmd")
    assert command[:3] == ["cloud-init-per", "instance", "qvirt-machine-id"]
    assert "machine-id" in command[-1]
    assert (new.pop("hostname"), new.pop("fqdn")) == ("copy", "copy.lab.example")
    assert (old.pop("hostname"), old.pop("fqdn")) == ("web", "web.lab.example")
    assert new == old, "users, their passwords and commands"
    assert NEW in after["network-config"]
    assert OLD.lower() not in after["network-config"].lower()
    assert fixed_addresses(after) == ("192.0.2.7/24",), "not the name server"


def test_a_copy_of_a_copy_has_one_command_for_the_id():
    theirs = a_seed(user_data="bootcmd:\n- [touch, /etc/a]\n").files()
    twice = copied(copied(theirs), "second-copy")
    commands = yaml.safe_load(twice["user-data"])["bootcmd"]
    assert len(commands) == 2
    assert commands[1] == ["touch", "/etc/a"]
    assert yaml.safe_load(twice["meta-data"])["local-hostname"] == "second-copy"


def test_a_seed_that_says_nothing_still_makes_another_machine():
    files = {"user-data": "#cloud-config\n", "meta-data": "instance-id: a\n", "vendor-data": "x"}
    read = read_seed(seed_image(files))
    assert read == files
    after = copied(read, "")
    assert yaml.safe_load(after["meta-data"]) == {"instance-id": "second"}
    assert after["vendor-data"] == "x"
    assert fixed_addresses(after) == ()


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"x" * 100_000,
        seed_image({"user-data": "#!/bin/sh\nreboot\n", "meta-data": "instance-id: a\n"}),
        seed_image({"user-data": "a: [\n", "meta-data": "instance-id: a\n"}),
        seed_image({"meta-data": "instance-id: a\n"}),
        a_seed().iso()[:40_000],
    ],
    ids=["nothing", "no seed", "a script", "broken", "half of it", "cut off"],
)
def test_what_cannot_be_written_anew_is_none(image):
    assert read_seed(image) is None
