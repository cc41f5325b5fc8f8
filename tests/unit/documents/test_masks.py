"""Passwords in a text that people look at: hidden by marks, which never become passwords."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Domain, InvalidDocument
from qvirt_jupyter.documents.masks import Masks

TWO = """<devices>
  <graphics type='vnc' passwd='one &amp; "only"' port='5900'/>
  <graphics type="spice" passwd="it's two"/>
  <graphics type='vnc' passwd=''/>
</devices>"""


def test_equal_secrets_have_the_same_mark_and_others_another():
    masks = Masks()
    hidden = masks.hide(TWO)
    assert "only" not in hidden
    assert "it's" not in hidden
    assert hidden.count("'••••'") == 1
    assert hidden.count('"••••2"') == 1
    # What has no password shows none.
    assert "passwd=''" in hidden
    assert masks.hide('<graphics passwd="it\'s two"/>') == '<graphics passwd="••••2"/>'
    assert "two" not in repr(masks)


def test_marks_stand_for_their_secrets_wherever_they_are_moved():
    masks = Masks()
    masks.hide(TWO)
    revealed = masks.reveal("<graphics port='1' passwd='••••2'/><graphics passwd='typed'/>")
    assert revealed == "<graphics port='1' passwd='it&apos;s two'/><graphics passwd='typed'/>"


@pytest.mark.parametrize("typed", ["••••3", "••••x", "•", "••••0"])
def test_a_mark_that_stands_for_nothing_never_becomes_a_password(typed):
    masks = Masks()
    masks.hide(TWO)
    with pytest.raises(InvalidDocument, match="stands for no password"):
        masks.reveal(f"<graphics passwd='{typed}'/>")


def test_a_text_that_is_not_well_formed_hides_its_secrets_too():
    masks = Masks()
    hidden = masks.hide("<graphics passwd = 'hunter2' <broken")
    assert hidden == "<graphics passwd = '••••' <broken"
    assert masks.reveal(hidden) == "<graphics passwd = 'hunter2' <broken"


def test_a_text_says_whether_there_is_something_to_hide():
    assert Masks.finds(TWO)
    assert not Masks.finds("<graphics type='vnc' passwdValidTo='2030-01-01T00:00:00'/>")
    assert not Masks.finds("<graphics passwd=''/>")


ARGUMENTS = """<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:commandline>
  <qemu:arg value='-object'/>
  <qemu:arg value='secret,id=sec0,data=hunter2,,3,format=raw'/>
  <qemu:arg value="{&quot;qom-type&quot;:&quot;secret&quot;,&quot;id&quot;:&quot;s&quot;,&quot;data&quot;:&quot;hunter4&quot;}"/>
  <qemu:arg value='{"driver":"ssh","password":"hunter5"}'/>
  <qemu:arg value='user,id=n,password=hunter6,password-secret=sec0'/>
  <qemu:arg value='vnc=:1,password=on,data=plain'/>
</qemu:commandline></domain>"""


def test_secrets_in_qemus_own_arguments_are_marks_too():
    masks = Masks()
    assert masks.finds(ARGUMENTS)
    hidden = masks.hide(ARGUMENTS)
    assert "hunter" not in hidden
    assert "data=••••,format=raw" in hidden
    # What only says that there is one, and what is no secret's data, stays.
    assert "password-secret=sec0" in hidden
    assert "vnc=:1,password=on,data=plain" in hidden
    assert masks.reveal(hidden) == ARGUMENTS
    assert not Masks.finds("<a xmlns:q='q'><q:arg value='vnc=:1,password=on'/></a>")


VARIABLES = """<domain xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:commandline>
  <q:env name='RBD_SECRET' value='hunter1'/>
  <q:env value="hunter2 &amp; more" name="VNC_PASSWORD"/>
  <q:env name='S3_ACCESS_KEY' value='hunter3'/>
  <q:env name='OPTIONS' value='user=u,password=hunter4'/>
  <q:env name='LANG' value='plain'/>
  <q:env name='COMPASS' value='north'/>
  <q:env name='TOKEN'/>
</q:commandline></domain>"""


def test_variables_that_are_called_secrets_are_marks_too():
    masks = Masks()
    assert masks.finds(VARIABLES)
    hidden = masks.hide(VARIABLES)
    assert "hunter" not in hidden
    assert "value='plain'" in hidden
    assert "value='north'" in hidden
    assert masks.reveal(hidden) == VARIABLES
    assert not Masks.finds("<a xmlns:q='q'><q:env name='LANG' value='C'/><q:env name='TOKEN'/></a>")
    one, other = (Domain.parse(VARIABLES.replace("hunter", word)) for word in ("hunter", "other"))
    for text in (repr(one), one._repr_html_(), str(one.diff(other)), str(Domain().diff(one))):
        assert "hunter" not in text
        assert "other" not in text
    assert "COMPASS" in str(Domain().diff(one))
    assert one.emulator_options.variables["RBD_SECRET"].value == "hunter1"


def test_they_are_in_no_repr_table_or_difference():
    one = Domain.parse(ARGUMENTS)
    other = Domain.parse(ARGUMENTS.replace("hunter", "another"))
    for text in (repr(one), one._repr_html_(), str(one.diff(other)), str(Domain().diff(one))):
        assert "hunter" not in text
        assert "another" not in text
    # Whoever asks for the value gets it.
    assert "hunter2" in one.emulator_options.arguments[1].value
