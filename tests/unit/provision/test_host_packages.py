import pytest

from qvirt_jupyter.provision import PackagesMissing, host_packages
from qvirt_jupyter.provision.host_packages import (
    BUSYBOX,
    GUEST_AGENT,
    distribution_family,
    find_program,
    guest_kernel_package,
    install_command,
    package_files,
    package_version,
)


@pytest.fixture
def a_distribution(monkeypatch):
    def pretend(**release):
        monkeypatch.setattr(host_packages, "_os_release", lambda: release)

    return pretend


@pytest.mark.parametrize(
    ("release", "family", "command"),
    [
        ({"ID": "debian"}, "debian", "sudo apt-get install busybox-static"),
        (
            {"ID": "linuxmint", "ID_LIKE": "ubuntu debian"},
            "debian",
            "sudo apt-get install busybox-static",
        ),
        ({"ID": "fedora"}, "fedora", "sudo dnf install busybox"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "fedora", "sudo dnf install busybox"),
        ({"ID": "arch"}, "arch", "sudo pacman -S busybox"),
        ({"ID": "endeavouros", "ID_LIKE": "arch"}, "arch", "sudo pacman -S busybox"),
    ],
)
def test_each_family_has_its_command_and_names(a_distribution, release, family, command):
    a_distribution(**release)
    assert distribution_family() == family
    assert install_command([BUSYBOX]) == command


def test_a_system_that_says_nothing_has_no_family(a_distribution):
    a_distribution()
    assert distribution_family() is None


def test_ubuntu_has_a_small_kernel_of_its_own(a_distribution):
    a_distribution(ID="ubuntu")
    assert guest_kernel_package().name == "linux-image-virtual"
    a_distribution(ID="debian")
    assert guest_kernel_package().name == "linux-image-cloud-amd64"


def test_the_error_names_what_is_missing_and_the_command(a_distribution):
    a_distribution(ID="debian")
    error = PackagesMissing("The tiny guest", [BUSYBOX, GUEST_AGENT, "lvm2"])
    assert error.packages == ("busybox-static", "qemu-guest-agent", "lvm2")
    assert "sudo apt-get install busybox-static qemu-guest-agent lvm2" in str(error)


def test_programs_of_the_administrator_are_found_without_them_in_the_path(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert find_program("no-such-program", "sh") is not None
    assert find_program("no-such-program") is None


def test_a_package_that_is_not_installed_has_no_version_and_no_files():
    assert package_version("no-such-package") is None
    with pytest.raises(PackagesMissing, match="no-such-package"):
        package_files("no-such-package")
