"""Disks that a server offers, by protocol.

https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host, Port
from qvirt_jupyter.documents.devices.disk_encryption import Authentication
from qvirt_jupyter.documents.devices.disk_sources import DiskSource
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text
from qvirt_jupyter.documents.variant import Variant


class SourceHost(Element):
    """A server that offers a network disk."""

    tag = "host"
    name = Field("@name", Host(), label=_("Host"))
    port = Field("@port", Port(), label=_("Port"))
    transport = Field(
        "@transport", Choice("tcp", "rdma", "unix", open=False), label=_("Transport"), advanced=True
    )
    socket = Field("@socket", Path(), label=_("Socket"), advanced=True)

    @rule("transport", touches=("name", "port", "socket"))
    def transport_has_an_address_of_its_kind(self) -> None:
        """Clear what names the server in the other way: by host and port, or by socket."""
        if self.transport == "unix":
            self.name = self.port = None
        else:
            self.socket = None


class TlsExport(Element):
    """What nbd and vxhs have for themselves."""

    tls = Field("source/@tls", YesNo(), label=_("TLS"))


class NbdExport(TlsExport):
    """What nbd has for itself."""

    tls_name = Field(
        "source/@tlsHostname",
        Host(),
        label=_("Name in the server's certificate"),
        advanced=True,
    )
    reconnect_delay = Field(
        "source/reconnect/@delay",
        Integer(),
        label=_("Wait for a lost server"),
        help=_("How long requests wait before they fail."),
        unit="s",
        advanced=True,
    )


class RbdImage(Element):
    """What rbd, the block device of Ceph, has for itself."""

    snapshot = Field(
        "source/snapshot/@name", Text(), label=_("Snapshot"), advanced=True, essential=True
    )
    configuration = Field(
        "source/config/@file",
        Path(),
        label=_("Configuration file of Ceph"),
        advanced=True,
        essential=True,
    )
    auth = Group("source/auth", Authentication)


class IscsiUnit(Element):
    """What iSCSI has for itself."""

    initiator = Field(
        "source/initiator/iqn/@name",
        Text(),
        label=_("Name of the initiator"),
        help=_("Starts with iqn; who the host says it is."),
        advanced=True,
        required=True,
    )
    auth = Group("source/auth", Authentication)


class Transfer(Element):
    """How files are fetched piece by piece."""

    read_ahead = Field(
        "source/readahead/@size",
        Integer(1),
        label=_("Read ahead"),
        unit="bytes",
        advanced=True,
        essential=True,
    )
    timeout = Field(
        "source/timeout/@seconds",
        Integer(1),
        label=_("Give up after"),
        unit="s",
        advanced=True,
        essential=True,
    )


class FtpFile(Transfer):
    """What ftp has for itself."""

    auth = Group("source/auth", Authentication)


class FtpsFile(FtpFile):
    """What ftps has for itself."""

    verify = Field(
        "source/ssl/@verify",
        YesNo(),
        label=_("Check the server's certificate"),
        essential=True,
    )


class Cookie(Element):
    """A cookie that is sent with each request; its value may be a secret."""

    tag = "cookie"
    name = Field("@name", Text(), label=_("Name"))
    value = Field(".", Text(secret=True), label=_("Value"))


class HttpFile(FtpFile):
    """What http has for itself."""

    query = Field("source/@query", Text(), label=_("Query"), advanced=True)
    cookies = Many(Cookie, key="name", location="source/cookies/cookie")


class HttpsFile(HttpFile, FtpsFile):
    """What https has for itself."""


class NfsFile(Element):
    """What nfs has for itself."""

    user = Field("source/identity/@user", Text(), label=_("User on the server"), advanced=True)
    group = Field("source/identity/@group", Text(), label=_("Group on the server"), advanced=True)


class SshFile(Element):
    """What ssh has for itself."""

    known_hosts = Field(
        "source/knownHosts/@path", Path(), label=_("File of known hosts"), advanced=True
    )
    user = Field("source/identity/@username", Text(), label=_("User on the server"))
    key_file = Field("source/identity/@keyfile", Path(), label=_("Key file"), advanced=True)
    agent_socket = Field(
        "source/identity/@agentsock", Path(), label=_("Socket of the SSH agent"), advanced=True
    )


class NetworkSource(DiskSource):
    """A disk that a server offers."""

    protocol = Field(
        "source/@protocol",
        Choice(
            *("nbd", "iscsi", "rbd", "sheepdog", "gluster", "vxhs", "nfs"),
            *("http", "https", "ftp", "ftps", "tftp", "ssh"),
        ),
        label=_("Protocol"),
    )
    name = Field("source/@name", Text(), label=_("Name on the server"), live="update")
    hosts = Many(SourceHost, key="name", location="source/host")
    options = Variant(
        "source/@protocol",
        {
            "nbd": NbdExport,
            "iscsi": IscsiUnit,
            "rbd": RbdImage,
            "sheepdog": Transfer,
            "vxhs": TlsExport,
            "nfs": NfsFile,
            "http": HttpFile,
            "https": HttpsFile,
            "ftp": FtpFile,
            "ftps": FtpsFile,
            "tftp": Transfer,
            "ssh": SshFile,
        },
    )
