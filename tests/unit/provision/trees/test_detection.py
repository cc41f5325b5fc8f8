"""Trees on servers of the test's own, of each layout; and what servers do on bad days."""

import threading
import time

import pytest
from a_file_server import an_ftp_server, an_http_server

from qvirt_jupyter.hypervisor import OperationCancelled, OperationFailed
from qvirt_jupyter.provision.osinfo import Database
from qvirt_jupyter.provision.osinfo.folders import SYSTEM
from qvirt_jupyter.provision.trees import detect_tree, fetching

FEDORA = b"""[general]
family = Fedora
variant = Server
version = 36
arch = x86_64
name = Fedora 36
[checksums]
images/pxeboot/vmlinuz = sha256:AA11
[images-x86_64]
kernel = images/pxeboot/vmlinuz
initrd = images/pxeboot/initrd.img
"""
NEWER = b"""[header]
type = productmd.treeinfo
version = 1.2
[release]
name = openSUSE Leap
short = openSUSE
version = 15.4
[general]
family = openSUSE Leap
version = 15.4
[tree]
arch = x86_64
[images-x86_64]
kernel = boot/x86_64/loader/linux
initrd = boot/x86_64/loader/initrd
"""
MANIFEST = b"""cdrom/vmlinuz                                  -- kernel image for CD
netboot/debian-installer/amd64/initrd.gz       -- initrd for netboot
netboot/debian-installer/amd64/linux           -- kernel image for netboot
"""
RELEASE = b"""Origin: Debian
Label: Debian
Suite: oldoldstable
Version: 11.7
Codename: bullseye
MD5Sum:
 d41d8cd98f00b204e9800998ecf8427e 0 a
"""
SUMS = b"ab12  ./netboot/debian-installer/amd64/linux\n"
SUSE = b"""DISTRO       cpe:/o:opensuse:opensuse:13.2,openSUSE
LABEL        openSUSE 13.2
BASEARCHS    x86_64
"""


@pytest.fixture(scope="session")
def systems():
    """The systems that this machine knows."""
    if not (SYSTEM / "os").is_dir():
        pytest.skip("osinfo-db is not installed")
    return Database([SYSTEM])


@pytest.fixture
def a_server():
    """A server without any file yet."""
    with an_http_server({}) as server:
        yield server


def test_a_tree_with_treeinfo(a_server, systems):
    a_server.files["/f36/.treeinfo"] = FEDORA
    url = a_server.url + "f36"
    found = detect_tree(url, database=systems)
    assert found.os.short_id == "fedora36"
    assert (found.label, found.layout, found.architecture) == ("Fedora 36", "treeinfo", "x86_64")
    assert found.kernel == f"{url}/images/pxeboot/vmlinuz"
    assert found.initrd == f"{url}/images/pxeboot/initrd.img"
    assert found.arguments == f"inst.repo={url}/"
    assert found.checksums[found.kernel] == ("sha256", "aa11")


def test_the_newer_treeinfo_without_the_dot(a_server, systems):
    a_server.files["/treeinfo"] = NEWER
    found = detect_tree(a_server.url, database=systems)
    assert found.os.short_id == "opensuse15.4"
    assert found.arguments == f"install={a_server.url}"


@pytest.mark.parametrize(
    ("family", "version", "argument"),
    [
        ("Fedora", "18", "method"),
        ("Fedora", "Rawhide", "inst.repo"),
        ("Red Hat Enterprise Linux", "6.10", "method"),
        ("CentOS Stream", "9", "inst.repo"),
        ("SUSE Linux Enterprise Server", "15.4", "install"),
    ],
)
def test_installers_call_the_address_of_their_tree_differently(a_server, family, version, argument):
    text = FEDORA.replace(b"= Fedora\n", f"= {family}\n".encode())
    a_server.files["/.treeinfo"] = text.replace(b"= 36", f"= {version}".encode())
    found = detect_tree(a_server.url, database=Database([]))
    assert found.arguments == f"{argument}={a_server.url}"


@pytest.mark.parametrize("address", ["dists/bullseye/main/installer-amd64", "dists/bullseye"])
def test_debians_layout(a_server, systems, address):
    base = "/debian/dists/bullseye/"
    images = f"{base}main/installer-amd64/current/images/"
    a_server.files.update(
        {
            f"{base}Release": RELEASE,
            f"{images}MANIFEST": MANIFEST,
            f"{images}SHA256SUMS": SUMS,
        }
    )
    found = detect_tree(f"{a_server.url}debian/{address}", database=systems)
    assert found.os.short_id == "debian11"
    assert (found.layout, found.architecture) == ("debian", "x86_64")
    assert found.label == "Debian 11.7 bullseye"
    assert found.kernel.endswith(f"{images}netboot/debian-installer/amd64/linux")
    assert found.initrd.endswith(f"{images}netboot/debian-installer/amd64/initrd.gz")
    assert found.checksums[found.kernel] == ("sha256", "ab12")
    assert not found.arguments


def test_a_debian_that_nobody_knows_can_be_installed_all_the_same(a_server):
    a_server.files["/current/images/MANIFEST"] = MANIFEST
    found = detect_tree(a_server.url, database=Database([]))
    assert found.os is None
    assert found.kernel.endswith("/linux")


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"/content": SUSE}, "opensuse13.2"),
        ({"/media.1/products": b"/ openSUSE-Leap 15.4-1\n"}, "opensuse15.4"),
        ({"/media.1/products": b"/ SLES 15.4-0\n"}, "sle15sp4"),
        ({"/media.1/products": b"/ openSUSE-Tumbleweed 20240101-0\n"}, "opensusetumbleweed"),
    ],
)
def test_suses_layouts(a_server, systems, files, name):
    a_server.files.update(files)
    a_server.files["/CHECKSUMS"] = b"%s  boot/x86_64/loader/linux\n" % (b"0f" * 32)
    found = detect_tree(a_server.url, database=systems)
    assert found.os.short_id == name
    assert found.layout == "suse"
    assert found.kernel == f"{a_server.url}boot/x86_64/loader/linux"
    assert found.checksums[found.kernel] == ("sha256", "0f" * 32)
    assert found.arguments == f"install={a_server.url}"


def test_ftp_serves_trees_too(systems):
    with an_ftp_server({"/pub/.treeinfo": FEDORA}) as url:
        assert detect_tree(f"{url}pub", database=systems).os.short_id == "fedora36"
        with pytest.raises(OperationFailed, match="no installation tree"):
            detect_tree(f"{url}other", database=systems)


def test_where_there_is_no_tree_that_is_said(a_server):
    with pytest.raises(OperationFailed, match="no installation tree") as caught:
        detect_tree(f"{a_server.url}nothing", database=Database([]))
    assert "nothing" in str(caught.value)
    assert ".treeinfo" in caught.value.next_step


@pytest.mark.parametrize(
    "text",
    [
        b"<html>You are here</html>",
        b"\x00\xff" * 40,
        b"[general]\n",
        b"[general]\nfamily = Fedora\nversion = 36\narch = x86_64\n",
        b"key without section\n",
    ],
)
def test_nonsense_in_treeinfo_is_named(a_server, text):
    a_server.files["/.treeinfo"] = text
    with pytest.raises(OperationFailed, match=r"\.treeinfo makes no sense"):
        detect_tree(a_server.url, database=Database([]))


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc", "http://example.org/x", "a b", ""])
def test_a_kernel_outside_of_the_tree_is_refused(a_server, path):
    a_server.files["/.treeinfo"] = FEDORA.replace(b"images/pxeboot/initrd.img", path.encode())
    with pytest.raises(OperationFailed, match=r"outside of itself|makes no sense"):
        detect_tree(a_server.url, database=Database([]))


def test_only_the_beginning_of_a_large_file_is_read(a_server, systems):
    a_server.files["/.treeinfo"] = FEDORA + b"# more\n" * (4 * 1024**2)
    begun = time.monotonic()
    assert detect_tree(a_server.url, database=systems).os.short_id == "fedora36"
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("file:///etc/passwd", "no address of a server"),
        ("/srv/tree", "no address of a server"),
        ("http://", "no address of a server"),
        ("http://host:port/", "no address of a server"),
        ("http://ho st/", "no address of a server"),
        ("http://user:hunter2@example.org/", "has a password in it"),
    ],
)
def test_wrong_addresses_are_refused_without_asking_anybody(url, what):
    with pytest.raises(OperationFailed, match=what) as caught:
        detect_tree(url, database=Database([]))
    assert "hunter2" not in str(caught.value)


def test_a_server_that_is_not_there_is_named():
    with an_http_server({}) as server:
        gone = server.url
    with pytest.raises(OperationFailed, match="cannot be reached"):
        detect_tree(gone, database=Database([]))


def test_what_a_server_refuses_is_said_with_its_code(a_server):
    a_server.files["/.treeinfo"] = 403
    with pytest.raises(OperationFailed, match="refuses: 403"):
        detect_tree(a_server.url, database=Database([]))


def stalling(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"[general]\n")
    handler.wfile.flush()
    handler.server.released.wait(60)


def test_a_server_that_stalls_is_given_up(a_server, monkeypatch):
    monkeypatch.setattr(fetching, "STALL", 0.5)
    a_server.files["/.treeinfo"] = stalling
    with pytest.raises(OperationFailed, match="has sent nothing"):
        detect_tree(a_server.url, database=Database([]))


def test_a_server_that_sends_little_by_little_is_given_up_too(a_server):
    def trickle(handler):
        handler.send_response(200)
        handler.end_headers()
        while not handler.server.released.wait(0.05):
            handler.wfile.write(b"#")
            handler.wfile.flush()

    a_server.files["/.treeinfo"] = trickle
    with pytest.raises(OperationFailed, match="too slow"):
        detect_tree(a_server.url, database=Database([]), timeout=1)


def test_whoever_asks_to_stop_need_not_wait_for_the_server(a_server):
    a_server.files["/.treeinfo"] = stalling
    wanted = threading.Event()
    threading.Timer(0.3, wanted.set).start()

    def check():
        if wanted.is_set():
            raise OperationCancelled("It was cancelled.")

    with pytest.raises(OperationCancelled):
        detect_tree(a_server.url, database=Database([]), check=check)
    assert not a_server.released.is_set()


def test_redirections_lead_to_servers_only(a_server):
    def elsewhere(handler):
        handler.send_response(302)
        handler.send_header("Location", "file:///etc/passwd")
        handler.end_headers()

    a_server.files["/.treeinfo"] = elsewhere
    with pytest.raises(OperationFailed, match=r"refuses|cannot be reached"):
        detect_tree(a_server.url, database=Database([]))
