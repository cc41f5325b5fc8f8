"""A name that a definition wants is looked up first, also where libvirt forgets what it found."""

from __future__ import annotations

import libvirt
import pytest

from qvirt_jupyter.hypervisor.definition_names import refuse_taken
from qvirt_jupyter.hypervisor.errors import AlreadyExists, Subject

WEB = Subject("domain", "web", "test:///default", "6695eb01-f6a4-8304-79aa-97f2502e193f")


def an_error(code):
    error = libvirt.libvirtError("virDomainLookupByName() failed")
    error.err = None if code is None else (code, 0, "words", 2, "", None, None, -1, -1)
    return error


def answers(*given):
    """Return a look-up that gives one answer after the other."""
    left = list(given)

    def look_up(name):
        assert name == "web"
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return look_up


def test_a_free_name_is_free_though_libvirt_lost_its_words_once():
    refuse_taken(answers(an_error(libvirt.VIR_ERR_NO_DOMAIN)), WEB)
    refuse_taken(answers(an_error(None), an_error(libvirt.VIR_ERR_NO_DOMAIN)), WEB)


def test_a_taken_name_is_taken_though_libvirt_lost_its_words_once():
    with pytest.raises(AlreadyExists):
        refuse_taken(answers(an_error(None), object()), WEB, also_itself=True)


@pytest.mark.parametrize("second", [None, libvirt.VIR_ERR_NO_CONNECT])
def test_what_libvirt_cannot_look_up_is_an_error(second):
    with pytest.raises(libvirt.libvirtError):
        refuse_taken(answers(an_error(None), an_error(second)), WEB)
