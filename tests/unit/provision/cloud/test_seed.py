"""What a guest is told on its first start is what the fields say, and nothing else."""

import dataclasses
import io

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from passlib.hash import sha512_crypt
from pycdlib import PyCdlib

from qvirt_jupyter.provision.cloud import CloudNetwork, CloudSeed, InvalidSeed, SeedProblem

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh anna@desk"

EGG, HORSE, SHORT, SESAME = "egg", "correct horse: battery\n", "$6$short", "sesame"


def config(seed, **arguments):
    text = seed.files(**arguments)["user-data"]
    assert text.startswith("#cloud-config\n")
    return yaml.safe_load(text)


def test_an_empty_seed_says_nothing():
    files = CloudSeed().files()
    assert sorted(files) == ["meta-data", "user-data"]
    assert files["user-data"] == "#cloud-config\n"
    assert list(yaml.safe_load(files["meta-data"])) == ["instance-id"]


def test_fields_become_cloud_config():
    seed = CloudSeed(
        user="anna",
        ssh_keys=(KEY,),
        host_name="web.example.org",
        packages=("nginx",),
        commands=("systemctl enable --now nginx", "echo 'a: b' > /etc/motd"),
        time_zone="Europe/Berlin",
        locale="de_DE.UTF-8",
    )
    assert config(seed) == {
        "hostname": "web",
        "fqdn": "web.example.org",
        "users": [
            {
                "name": "anna",
                "shell": "/bin/bash",
                "sudo": "ALL=(ALL) NOPASSWD:ALL",
                "lock_passwd": True,
                "ssh_authorized_keys": [KEY],
            }
        ],
        "timezone": "Europe/Berlin",
        "locale": "de_DE.UTF-8",
        "packages": ["nginx"],
        "runcmd": ["systemctl enable --now nginx", "echo 'a: b' > /etc/motd"],
        "package_update": True,
    }
    assert yaml.safe_load(seed.files()["meta-data"])["local-hostname"] == "web.example.org"


def test_without_a_name_the_user_of_the_image_is_meant():
    said = config(CloudSeed(password=EGG, ssh_keys=(KEY,), ssh_password=True))
    assert "users" not in said
    assert sha512_crypt.verify(EGG, said["password"])
    assert said["chpasswd"] == {"expire": False}
    assert said["ssh_authorized_keys"] == [KEY]
    assert said["ssh_pwauth"] is True


def test_root_can_be_the_user():
    said = config(CloudSeed(user="root", ssh_keys=(KEY,)))
    assert said["disable_root"] is False
    assert said["users"] == [{"name": "root", "lock_passwd": True, "ssh_authorized_keys": [KEY]}]


# Passwords ------------------------------------------------------------------------------------


def test_a_password_is_hashed_and_nowhere_else():
    seed = CloudSeed(user="anna", password=HORSE)
    (user,) = config(seed)["users"]
    assert sha512_crypt.verify(HORSE, user["hashed_passwd"])
    assert user["lock_passwd"] is False
    assert user["sudo"] == "ALL=(ALL) ALL", "who has a password is asked for it"
    for text in (*seed.files().values(), repr(seed), str(seed), seed.iso().decode("latin-1")):
        assert "horse" not in text


YESCRYPT = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"
SHA512 = sha512_crypt.using(rounds=5000).hash("x")


@pytest.mark.parametrize("made", [YESCRYPT, SHA512])
def test_a_hash_is_used_as_it_is(made):
    assert config(CloudSeed(user="a", password=made))["users"][0]["hashed_passwd"] == made


def test_what_looks_a_little_like_a_hash_is_a_password():
    (user,) = config(CloudSeed(user="a", password=SHORT))["users"]
    assert sha512_crypt.verify(SHORT, user["hashed_passwd"])


BY_HAND = """
chpasswd:
  list: |
    root:sesame
users:
- name: bob
  plain_text_passwd: sesame
  lock_passwd: false
ssh_keys:
  rsa_private: sesame
write_files:
- path: /etc/key
  content: |
    -----BEGIN OPENSSH PRIVATE KEY-----
    sesame
    -----END OPENSSH PRIVATE KEY-----
ubuntu_pro: {token: sesame}
"""


def test_the_preview_hides_secrets():
    seed = CloudSeed(user="anna", password=SESAME, user_data=BY_HAND)
    shown = "".join(seed.files(masked=True).values())
    assert "sesame" not in shown
    assert "$6$" not in shown
    assert "lock_passwd: false" in shown
    assert "sesame" not in repr(seed)
    assert "sesame" in "".join(seed.files().values()), "the guest gets what was written"
    assert "sesame" not in repr(CloudSeed(user_data="passwd: 'sesame"))


def test_its_representation_makes_it_again():
    seed = CloudSeed(
        user="an'na",
        ssh_keys=(KEY,),
        network=CloudNetwork(addresses=("192.0.2.5/24",)),
        user_data="# for here\ntimezone: UTC\n",
    )
    assert eval(repr(seed)) == seed  # noqa: S307 - what the action log shows is to be run


# Values are data ------------------------------------------------------------------------------


@given(
    st.text(min_size=1),
    st.lists(st.text(min_size=1), max_size=3, unique=True),
    st.lists(st.text(min_size=1), max_size=3, unique=True),
)
def test_whatever_stands_in_a_field_stays_one_value(name, packages, commands):
    seed = CloudSeed(user=name, packages=tuple(packages), commands=tuple(commands))
    said = config(seed)
    assert [user["name"] for user in said["users"]] == [name]
    assert said.get("packages", []) == packages
    assert said.get("runcmd", []) == commands


@pytest.mark.parametrize(
    "name", ["anna: root", "anna\nruncmd: [reboot]", "- x", "#", "!!python/name:os", "1e3"]
)
def test_a_strange_name_is_told_and_stays_a_name(name):
    seed = CloudSeed(user=name)
    assert config(seed)["users"][0]["name"] == name
    (problem,) = seed.problems()
    assert problem.is_warning
    assert problem.field == "user"


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"host_name": "a b"}, "host_name", "letters, digits"),
        ({"host_name": "x\ny: z"}, "host_name", "letters, digits"),
        ({"host_name": "-x"}, "host_name", "letters, digits"),
        ({"host_name": "x" * 65}, "host_name", "at most 64"),
        ({"password": ""}, "password", "empty"),
        ({"ssh_keys": (KEY, "hello")}, "ssh_keys", "Line 2: This is no public SSH key"),
        ({"ssh_keys": (KEY + "\n" + KEY,)}, "ssh_keys", "one line"),
        ({"ssh_keys": (KEY[:40],)}, "ssh_keys", "cut off"),
        ({"ssh_keys": ("-----BEGIN OPENSSH PRIVATE KEY-----",)}, "ssh_keys", "private key"),
    ],
)
def test_a_value_that_cannot_be_is_named(values, field, message):
    with pytest.raises(InvalidSeed, match=message) as raised:
        CloudSeed(**values).files()
    assert [problem.field for problem in raised.value.problems] == [field]
    assert [problem.field for problem in CloudSeed(**values).problems()] == [field]


def test_problems_are_found_together():
    seed = CloudSeed(host_name="a b", user="Ä", user_data="packags: [x]\n")
    assert [(each.field, each.is_warning) for each in seed.problems()] == [
        ("host_name", False),
        ("user", True),
        ("user_data", True),
    ]


# The form and what was written by hand ----------------------------------------------------------


def test_both_are_put_together():
    seed = CloudSeed(
        user="anna",
        packages=("nginx", "curl"),
        commands=("first",),
        user_data="""#cloud-config
packages: [curl, htop]
runcmd:
- [second, with arguments]
package_update: false
users:
- name: bob
write_files:
- path: /etc/hello
  permissions: 0644
""",
    )
    said = config(seed)
    assert said["packages"] == ["nginx", "curl", "htop"]
    assert said["runcmd"] == ["first", ["second", "with arguments"]]
    assert said["package_update"] is False
    assert [user["name"] for user in said["users"]] == ["anna", "bob"]
    assert said["write_files"] == [{"path": "/etc/hello", "permissions": 0o644}]


@pytest.mark.parametrize(
    ("by_hand", "message"),
    [
        ("timezone: UTC\n\nhostname: db\n", "Line 3: The form says otherwise about hostname"),
        ("users:\n- default\n- name: anna\n  uid: 7\n", "Line 3: .*about the user anna"),
        ("packages: nginx\n", "Line 1: .*about packages"),
    ],
)
def test_a_contradiction_is_named_with_its_line(by_hand, message):
    seed = CloudSeed(user="anna", host_name="web", packages=("curl",), user_data=by_hand)
    with pytest.raises(InvalidSeed, match=message):
        seed.files()
    assert any("The form says otherwise" in str(problem) for problem in seed.problems())


def test_who_says_the_same_twice_contradicts_nothing():
    assert config(CloudSeed(host_name="web", user_data="hostname: web"))["hostname"] == "web"


def test_a_seed_of_more_than_a_mebibyte_is_refused():
    with pytest.raises(InvalidSeed, match="larger than 1 MiB"):
        CloudSeed(commands=("x" * 2**20,)).files()


# The network ------------------------------------------------------------------------------------


def network(**values):
    return yaml.safe_load(CloudSeed(network=CloudNetwork(**values)).files()["network-config"])


def test_addresses_come_by_dhcp_or_as_said():
    assert network() == {
        "version": 2,
        "ethernets": {"eth0": {"match": {"name": "e*"}, "dhcp4": True}},
    }
    assert network(
        addresses=("192.0.2.5/24",),
        gateway="192.0.2.1",
        name_servers=("192.0.2.1", "2001:db8::1"),
        search=("example.org",),
        mac="52:54:00:AA:BB:CC",
    ) == {
        "version": 2,
        "ethernets": {
            "eth0": {
                "match": {"macaddress": "52:54:00:aa:bb:cc"},
                "set-name": "eth0",
                "dhcp4": False,
                "addresses": ["192.0.2.5/24"],
                "gateway4": "192.0.2.1",
                "nameservers": {
                    "addresses": ["192.0.2.1", "2001:db8::1"],
                    "search": ["example.org"],
                },
            }
        },
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"addresses": ("192.0.2.5",)}, "how large its network is"),
        ({"addresses": ("192.0.2.500/24",)}, "is no address"),
        ({"addresses": ("192.0.2.5/24",), "gateway": "10.0.0.1"}, "not in the network"),
        ({"addresses": ("192.0.2.5/24",), "gateway": "here"}, "gateway here is no IP"),
        ({"gateway": "192.0.2.1"}, "With DHCP"),
        ({"name_servers": ("dns",)}, "name server dns"),
        ({"mac": "x"}, "no MAC address"),
    ],
)
def test_a_network_that_cannot_be_is_named(values, message):
    with pytest.raises(InvalidSeed, match=message):
        CloudSeed(network=CloudNetwork(**values)).files()


# The medium -------------------------------------------------------------------------------------


def test_the_medium_has_the_label_and_names_that_cloud_init_looks_for():
    seed = CloudSeed(user="ännä", network=CloudNetwork(), instance_id="web-1")
    image = PyCdlib()
    image.open_fp(io.BytesIO(seed.iso()))
    assert image.pvd.volume_identifier.rstrip() == b"cidata"
    for name, text in seed.files().items():
        for way in ({"rr_path": f"/{name}"}, {"joliet_path": f"/{name}"}):
            content = io.BytesIO()
            image.get_file_from_iso_fp(content, **way)
            assert content.getvalue().decode() == text
    image.close()


def test_each_seed_is_another_machine_unless_it_is_said():
    seed = CloudSeed()
    assert seed.files()["meta-data"] != seed.files()["meta-data"]
    named = dataclasses.replace(seed, instance_id="web-1")
    assert yaml.safe_load(named.files()["meta-data"]) == {"instance-id": "web-1"}


def test_a_problem_says_its_line():
    assert str(SeedProblem(field="user_data", message="No.", line=3)) == "Line 3: No."
    assert str(SeedProblem(field="user", message="No.")) == "No."
