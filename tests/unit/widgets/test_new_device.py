"""A type of device costs one class: it is read, written, compared and filled in by that alone."""

import pytest

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Device, Domain, Field, Integer, Text, declarations, rule
from qvirt_jupyter.documents.document import _KINDS
from qvirt_jupyter.documents.schema import _SCHEMAS
from qvirt_jupyter.widgets.forms.form import Form

TEXT = """\
<domain>
  <devices>
    <disk device='disk'/>
    <spoon model='silver'>
      <bowl size='7'/>
      <unknown/>
    </spoon>
  </devices>
</domain>
"""


@pytest.fixture
def a_new_device():
    class Spoon(Device):
        tag = "spoon"
        collection = "spoons"
        key = "model"
        title = _("Spoon")

        model = Field("@model", Choice("silver", "wood"), label=_("Model"), caps="spoon/model")
        size = Field("bowl/@size", Integer(1, 9), label=_("Size"), unit="cm", group=_("Bowl"))
        word = Field("@word", Text(secret=True), label=_("Secret word"))

        @rule("model", touches=("size",))
        def wood_is_large(self):
            if self.model == "wood":
                self.size = 9

    yield Spoon
    delattr(documents.Devices, "spoons")
    _KINDS.pop("spoon")
    _SCHEMAS.clear()


def test_it_is_read_and_written_in_its_place(a_new_device):
    domain = Domain.parse(TEXT)
    spoon = domain.devices.spoons["silver"]
    assert (spoon.size, spoon.display_name) == (7, "Spoon 1")
    assert spoon in domain.devices.all
    spoon.size = 8
    assert str(domain) == TEXT.replace("'7'", "'8'")
    domain.devices.add(a_new_device(model="wood"))
    assert domain.devices.spoons.keys() == ["silver", "wood"]
    domain.devices.remove(spoon)
    assert "<unknown/>" not in str(domain)
    assert isinstance(documents.parse("<spoon/>"), a_new_device)


def test_its_changes_are_named_and_its_secrets_are_not(a_new_device):
    before = Domain.parse(TEXT)
    after = before.copy()
    spoon = after.devices.spoons["silver"]
    assert isinstance(spoon, a_new_device)
    spoon.size, spoon.word = 9, "hush-hush"
    change = str(before.diff(after))
    assert "devices/spoon[silver]/bowl/@size: 7 → 9" in change
    assert "hush-hush" not in change + after._repr_html_() + repr(after)


def test_it_is_narrowed_by_what_a_host_offers(a_new_device):
    host = documents.DomainCapabilities.parse(
        "<domainCapabilities><devices><spoon supported='yes'><enum name='model'>"
        "<value>wood</value></enum></spoon></devices></domainCapabilities>"
    )
    (objection,) = documents.objections(Domain.parse(TEXT), host)
    assert "offers wood" in str(objection)
    assert a_new_device.unavailable(Domain(), host) == ""


def test_a_form_fills_it_in(a_new_device):
    spoon = a_new_device(model="silver")
    form = Form(spoon, title=_("A spoon"), submit=_("Add"), on_submit=lambda _spoon: None)
    shown = {field["name"]: field for field in form.shown["fields"]}
    assert {"model", "size", "word", "boot_order"} <= shown.keys()
    assert shown["size"]["unit"] == "cm"
    assert shown["size"]["group"] == "Bowl"
    assert shown["word"]["value"] == ""
    form.edit("size", "12")
    assert "from 1 to 9" in form.validate()["size"]
    form.edit("size", "5")
    assert "<bowl size='5'/>" in str(form.apply())
    form.init(spoon)
    form.edit("model", "wood")
    assert "<bowl size='9'/>" in str(form.apply()), "its rule was followed"
    assert {"model", "size", "word"} <= {declared.name for declared in declarations(a_new_device)}
