"""Which files go and which stay: each row of the table, and the words of its reason."""

import pytest

from qvirt_jupyter.provision.deletion.judgement import Facts, Verdict, judge, names
from qvirt_jupyter.provision.deletion.planned_file import FileKind

POOL = {"pool_type": "dir"}
FAR = {"reachable": False, "far": True}
LOOSE = {"exists": True, "folder_writable": True, "writable": True}

TABLE = [
    # What cannot be changed.
    (FileKind.SAVED_STATE, {}, Verdict.ALWAYS, "no use"),
    (FileKind.TPM, {"keepable": False}, Verdict.ALWAYS, "together"),
    (FileKind.DISK, {"source": "network"}, Verdict.IMPOSSIBLE, "where it is kept"),
    (FileKind.DISK, {"source": "nvme"}, Verdict.IMPOSSIBLE, "where it is kept"),
    (FileKind.DISK, {"pool_type": "iscsi"}, Verdict.IMPOSSIBLE, "LUN"),
    (FileKind.DISK, {"pool_type": "scsi"}, Verdict.IMPOSSIBLE, "LUN"),
    (
        FileKind.DISK,
        {"source": "volume", "pool_off": "images"},
        Verdict.IMPOSSIBLE,
        "images is off",
    ),
    (FileKind.DISK, {"source": "volume"}, Verdict.IMPOSSIBLE, "no such volume"),
    (FileKind.DISK, {"source": "block", **LOOSE}, Verdict.IMPOSSIBLE, "device of the host"),
    (FileKind.DISK, {"source": "dir", **LOOSE}, Verdict.IMPOSSIBLE, "folder"),
    (FileKind.DISK, {"reachable": False}, Verdict.IMPOSSIBLE, "through pools only"),
    (
        FileKind.DISK,
        {**FAR, "pool_without": "images"},
        Verdict.IMPOSSIBLE,
        "in the storage pool images",
    ),
    (FileKind.DISK, {"exists": False}, Verdict.IMPOSSIBLE, "no such file"),
    (FileKind.DISK, {**LOOSE, "folder_writable": False}, Verdict.IMPOSSIBLE, "may not delete"),
    # What is kept unless it is ticked.
    (FileKind.DISK, {**POOL, "users": ("a", "b")}, Verdict.KEPT, "Also used by a, b."),
    (FileKind.DISK, {**POOL, "above": ("clone",)}, Verdict.KEPT, "clone builds on it"),
    (FileKind.NVRAM, {"users": ("twin",)}, Verdict.KEPT, "twin"),
    (FileKind.DISK, {**POOL, "shareable": True}, Verdict.KEPT, "shareable"),
    (FileKind.MEDIUM, {**POOL, "seed": True, "users": ("other",)}, Verdict.KEPT, "other"),
    (FileKind.MEDIUM, POOL, Verdict.KEPT, "Removable"),
    (FileKind.DISK, {**POOL, "read_only": True}, Verdict.KEPT, "read-only"),
    (FileKind.BOOT, LOOSE, Verdict.KEPT, "boot"),
    (FileKind.LOG, LOOSE, Verdict.KEPT, "may be wanted"),
    (FileKind.DISK, {**LOOSE, "writable": False}, Verdict.KEPT, "not write"),
    (FileKind.DISK, FAR, Verdict.KEPT, "nobody knows"),
    (FileKind.MEDIUM, FAR, Verdict.KEPT, "Removable"),
    (FileKind.DISK, {**FAR, "users": ("twin",)}, Verdict.KEPT, "twin"),
    (FileKind.DISK, {**FAR, "pool_off": "images"}, Verdict.IMPOSSIBLE, "images is off"),
    (FileKind.BASE, POOL, Verdict.KEPT, "base"),
    (FileKind.SNAPSHOT, {**POOL, "snapshot": "s1"}, Verdict.KEPT, "s1 names it"),
    # What goes.
    (FileKind.MEDIUM, {**POOL, "seed": True}, Verdict.DELETED, "seed"),
    (FileKind.SNAPSHOT, {**POOL, "snapshot": "s1", "chained": True}, Verdict.DELETED, "s1"),
    (FileKind.MEMORY, {**LOOSE, "snapshot": "s1"}, Verdict.DELETED, "s1"),
    (FileKind.NVRAM, {}, Verdict.DELETED, "Only this machine"),
    (FileKind.TPM, {}, Verdict.DELETED, "Keys"),
    (FileKind.DISK, POOL, Verdict.DELETED, "Only this machine"),
    (FileKind.DATA, POOL, Verdict.DELETED, "Only this machine"),
    (FileKind.DISK, {"pool_type": "logical", "source": "block"}, Verdict.DELETED, "Only"),
    (FileKind.DISK, LOOSE, Verdict.DELETED, "Only this machine"),
    (FileKind.DISK, {**LOOSE, "pool_off": "images"}, Verdict.DELETED, "Only this machine"),
]


@pytest.mark.parametrize(
    ("kind", "known", "verdict", "words"),
    TABLE,
    ids=[f"{kind.value}-{'-'.join(known) or 'plain'}" for kind, known, _verdict, _words in TABLE],
)
def test_each_row_of_the_table(kind, known, verdict, words):
    found = judge(Facts(kind=kind, **known))
    assert found.verdict is verdict
    assert words in found.reason


def test_what_is_in_a_name_is_no_format():
    assert (
        "{pool} <&\"'" in judge(Facts(kind=FileKind.DISK, users=("{pool} <&\"'",), **POOL)).reason
    )


def test_many_names_are_counted():
    assert names(("a", "b", "c", "d", "e")) == "a, b, c and 2 more"
