"""A document as a table: readable, escaped, complete, and not without end."""

import pytest
from lxml import html
from sample_documents import declared_documents

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Disk, Domain
from qvirt_jupyter.documents.table import ROWS_AT_MOST


def rows(text):
    """Return label and value of the first table, as a browser would read them."""
    table = html.fromstring(f"<div>{text}</div>").find("table")
    return {row.findtext("th"): row.findtext("td") for row in table.iter("tr")}


def test_labels_stand_beside_values(a_full_domain):
    found = rows(a_full_domain._repr_html_())
    assert found["Name"] == "everything"
    assert found["Memory"] == "1 GiB"
    assert found["Firmware"] == "UEFI"
    assert found["Direct kernel boot: Kernel"] == "/boot/vmlinuz"
    assert found["ACPI"] == "Yes"
    assert found["CPU mode"] == "A named model"


@pytest.mark.parametrize(
    ("memory", "shown"),
    [
        (1, "1 KiB"),
        (1024, "1 MiB"),
        (1536, "1536 KiB"),
        (3 * 1024**2, "3 GiB"),
        (1024**4, "1024 TiB"),
    ],
)
def test_a_size_is_said_in_its_largest_whole_unit(memory, shown):
    assert rows(Domain(memory=memory)._repr_html_())["Maximum memory"] == shown


def test_items_open_under_their_names(a_full_domain):
    page = html.fromstring(f"<div>{a_full_domain._repr_html_()}</div>")
    summaries = [summary.text for summary in page.iter("summary")]
    assert "feature vmx" in summaries
    card = a_full_domain.devices.interfaces[0]
    assert any((card.display_name if card.title else "interface") in each for each in summaries)


def test_markup_is_text():
    domain = Domain(name="<script>alert(1)", description='<b>&amp;\n"bold"</b>')
    domain.devices.disks.append(Disk(target="vda", serial="<img src=x onerror=alert(1)>"))
    shown = domain._repr_html_()
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<b>" not in shown
    assert rows(shown)["Description"] == domain.description


def test_what_makes_no_sense_is_shown_too():
    assert rows(Domain.parse("<domain><vcpu>many</vcpu></domain>")._repr_html_()) == {
        "Maximum virtual CPUs": "many"
    }


def test_a_table_has_an_end():
    domain = Domain()
    domain.metadata.tags = tuple(f"tag {number}" for number in range(ROWS_AT_MOST + 7))
    shown = domain._repr_html_()
    assert shown.count("<details>") == ROWS_AT_MOST
    assert "and 7 more" in shown


def test_every_document_has_a_table():
    for name, text in declared_documents().items():
        shown = documents.parse(text)._repr_html_()
        assert html.fromstring(f"<div>{shown}</div>").find("table") is not None, name
