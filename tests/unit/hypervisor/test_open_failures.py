"""Why an open failed, by libvirt's own texts (of 9.0 here, and of what ssh says inside)."""

from __future__ import annotations

import re

import libvirt
import pytest

from qvirt_jupyter.hypervisor.errors import (
    AccessDenied,
    ConnectionFailed,
    Subject,
    Unsupported,
)
from qvirt_jupyter.hypervisor.opening import client_certificates
from qvirt_jupyter.hypervisor.opening.credentials import Questions
from qvirt_jupyter.hypervisor.opening.open_failure_rows import FAILURES
from qvirt_jupyter.hypervisor.opening.open_failures import is_lasting, open_failure
from qvirt_jupyter.hypervisor.uri import ConnectionUri

RESET = ": Connection reset by peer"
SAMPLES = [
    ("service not running", "qemu:///system", ConnectionFailed,
     "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
     "/var/run/libvirt/libvirt-sock"),
    ("service not running", "qemu:///system", ConnectionFailed,
     "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Connection refused", "systemctl"),
    ("no access to the socket", "qemu:///system", AccessDenied,
     "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied", "group"),
    ("unknown host key", "qemu+ssh://root@far/system", AccessDenied,
     "Cannot recv data: Host key verification failed." + RESET, "ssh far"),
    ("host key changed", "qemu+ssh://root@far/system", AccessDenied,
     "Cannot recv data: @@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@\n"
     "Host key verification failed." + RESET, "ssh-keygen -R far"),
    ("sign-in refused", "qemu+ssh://root@far/system", AccessDenied,
     "Cannot recv data: root@far: Permission denied (publickey,password)." + RESET, "ssh-copy-id"),
    ("unknown host", "qemu+ssh://root@far/system", ConnectionFailed,
     "Cannot recv data: ssh: Could not resolve hostname far: Name or service not known" + RESET,
     "far"),
    ("unknown host", "esx://far/", ConnectionFailed,
     "internal error: IP address lookup for host 'far' failed: Name or service not known", "far"),
    ("no route", "qemu+tcp://far/system", ConnectionFailed,
     "unable to connect to server at 'far:16509': No route to host", "VPN"),
    ("time-out", "qemu+tls://far/system", ConnectionFailed,
     "unable to connect to server at 'far:16514': Connection timed out", "answer"),
    ("port closed", "qemu+tcp://far/system", ConnectionFailed,
     "unable to connect to server at 'far:16509': Connection refused", "far:16509"),
    ("ssh port closed", "qemu+ssh://far:2222/system", ConnectionFailed,
     "Cannot recv data: ssh: connect to host far port 2222: Connection refused" + RESET, "2222"),
    ("no certificate", "qemu+tls://far/system", ConnectionFailed,
     "Cannot read CA certificate '/etc/pki/CA/cacert.pem': No such file or directory",
     "/etc/pki/CA/cacert.pem"),
    ("no client certificate", "qemu+tls://far/system?pkipath=/no/such/folder", ConnectionFailed,
     "Unable to read TLS confirmation: Input/output error", "/no/such/folder/clientcert.pem"),
    ("certificate of another authority", "qemu+tls://far/system", AccessDenied,
     "Our own certificate /x/clientcert.pem failed validation against /x/cacert.pem: The certificate hasn't got a known issuer.", "/x/cacert.pem"),
    ("key of another certificate", "qemu+tls://far/system", AccessDenied,
     "Unable to set x509 key and certificate: /x/clientkey.pem, /x/clientcert.pem: The certificate and the given key do not match.", "/x/clientkey.pem"),
    ("certificate refused", "qemu+tls://far/system", AccessDenied,
     "Unable to import client certificate /x/clientcert.pem", "tlscerts"),
    ("host's certificate refused", "qemu+tls://far/system", AccessDenied,
     "authentication failed: Failed to verify peer's certificate", "another name"),
    ("no netcat", "qemu+ssh://far/system", ConnectionFailed,
     "Cannot recv data: sh: 1: nc: not found" + RESET, "virt-ssh-helper"),
    ("no netcat", "qemu+ssh://far/system", ConnectionFailed,
     "Cannot recv data: nc: invalid option -- 'U'" + RESET, "-U"),
    ("polkit", "qemu:///system", AccessDenied,
     "authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'", "group libvirt"),
    ("sign-in failed", "esx://far/", AccessDenied,
     "internal error: HTTP response code 500 for call to 'Login'. Fault: ServerFaultCode - Cannot complete login due to an incorrect user name: login failed", "right"),
    ("sign-in failed", "qemu+tcp://far/system", AccessDenied,
     "authentication failed: authentication failed", "user name"),
    ("driver missing here", "hyperv://far/", Unsupported,
     "unsupported configuration: libvirt was built without the 'hyperv' driver", "hyperv"),
    ("driver missing", "lxc:///", Unsupported,
     "no connection driver available for lxc:///", "lxc"),
    ("remote service not running", "qemu+ssh://far/system", ConnectionFailed,
     "End of file while reading data: virt-ssh-helper: could not connect to '/var/run/libvirt/libvirt-sock': No such file or directory: Input/output error", "far"),
    ("closed at sign-in", "qemu+ssh://far/system", ConnectionFailed,
     "Cannot recv data: Connection closed by 127.0.0.1 port 56093" + RESET, "sooner"),
    ("no such program", "qemu+ext:///system?command=/x/y", ConnectionFailed,
     "Cannot recv data: libvirt:  error : cannot execute binary /x/y: No such file or directory" + RESET, "/x/y"),
    ("ssh port closed for libssh", "qemu+libssh://far/system", ConnectionFailed,
     "unable to connect to server at 'far:22': Connection refused", "SSH server"),
    ("nobody to answer", "esx://far/", AccessDenied,
     "authentication failed: Username request failed", "connect()"),
    ("text at sign-in", "qemu+ssh://far/system", ConnectionFailed,
     "packet 1416128879 bytes received from server too large, want 33554432", ".bashrc"),
]  # fmt: skip


def failure(text, uri="qemu:///system", questions=None, code=38):
    error = libvirt.libvirtError(text)
    error.err = (code, 7, text, 2, "%s", None, None, -1, -1)
    error.args = (text,)
    return open_failure(error, ConnectionUri.parse(uri), Subject("connection", "x", uri), questions)


@pytest.mark.parametrize(("name", "uri", "kind", "text", "word"), SAMPLES)
def test_each_failure_is_explained(name, uri, kind, text, word):
    error = failure(text, uri)
    assert type(error) is kind
    first = next(row for row in FAILURES if re.search(row.pattern, text))
    assert first.name == name
    assert word in str(error)
    assert error.next_step
    assert text in error.details
    assert text not in error.reason
    assert "{" not in str(error)


def test_a_slip_in_the_path_is_no_service_that_does_not_run():
    text = "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory"
    error = failure(text, "qemu:///sesion")
    assert error.reason == "QEMU has no libvirt called /sesion."
    assert "qemu:///session" in error.next_step
    assert "systemctl" in str(failure(text, "qemu:///system"))


def test_every_row_of_the_table_has_a_sample():
    covered = {sample[0] for sample in SAMPLES}
    without = {row.name for row in FAILURES} - covered
    # These were never seen; their texts are from libvirt's and OpenSSH's sources.
    assert without == {
        *("no ssh", "no session daemon", "no such file"),
        # It is told apart by what lies on this machine; see the next test.
        "client certificate refused",
    }


def test_a_host_that_refuses_a_certificate_is_told_from_one_that_got_none(tmp_path):
    uri = f"qemu+tls://far/system?pkipath={tmp_path}"
    text = "Unable to read TLS confirmation: Input/output error"
    (tmp_path / "clientcert.pem").touch()
    assert f"no file {tmp_path}/clientkey.pem" in str(failure(text, uri))
    (tmp_path / "clientkey.pem").touch()
    refused = failure(text, uri)
    assert "does not accept the certificate" in refused.reason
    assert is_lasting(refused)


def test_where_libvirt_looks_for_certificates(monkeypatch, tmp_path):
    uri = ConnectionUri.parse("qemu+tls://far/system")
    system = tuple(tmp_path / "system" / name for name in ("clientcert.pem", "clientkey.pem"))
    monkeypatch.setattr(client_certificates, "SYSTEM_FILES", system)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert client_certificates.missing_client_file(uri) == system[0]
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    own = tmp_path / client_certificates.USER_FOLDER
    assert client_certificates.missing_client_file(uri) == own / "clientcert.pem"
    own.mkdir(parents=True)
    (own / "clientcert.pem").touch()
    assert client_certificates.missing_client_file(uri) == own / "clientkey.pem"
    system[1].parent.mkdir()
    system[1].touch()
    assert client_certificates.missing_client_file(uri) is None


def test_an_unknown_failure_keeps_libvirts_words():
    error = failure("internal error: the cat sat on it")
    assert type(error) is ConnectionFailed
    assert error.reason == "Internal error: the cat sat on it."


def test_a_cancel_is_quiet_and_nobody_to_ask_is_not():
    questions = Questions(lambda _requests: None)
    questions.cancelled = True
    error = failure("authentication cancelled", questions=questions, code=80)
    assert isinstance(error, AccessDenied)
    assert error.cancelled


def test_what_was_asked_is_in_the_details():
    questions = Questions(None)
    questions.prompts.append("ED25519 key fingerprint is SHA256:abc.")
    error = failure("Host key verification failed.", "qemu+ssh://far/system", questions)
    assert "SHA256:abc" in error.details
    assert not error.cancelled


def test_only_what_may_pass_by_itself_is_tried_again():
    lasting = {name for name, uri, _kind, text, _word in SAMPLES if is_lasting(failure(text, uri))}
    assert {"unknown host key", "sign-in refused", "no certificate", "driver missing"} <= lasting
    assert not {"service not running", "no route", "time-out", "port closed"} & lasting
