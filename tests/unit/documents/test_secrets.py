"""What is secret is in no text that people look at or that is kept: repr, table, diff, error."""

import pytest
from sample_documents import declared_documents, fields

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Domain, Element, Field, Text, outline
from qvirt_jupyter.documents.diff import MASK

HUSH = "hush-hush-hush"


def secrets():
    """Return each secret that a document says, with where it is."""
    for name, text in declared_documents().items():
        for index, (element, member) in enumerate(fields(documents.parse(text))):
            if member.type.secret and getattr(element, member.name):
                yield pytest.param(text, index, id=f"{name}-{type(element).__name__}.{member.name}")


@pytest.mark.parametrize(("text", "index"), list(secrets()))
def test_no_secret_is_shown(text, index):
    document = documents.parse(text)
    element, member = list(fields(document))[index]
    setattr(element, member.name, HUSH)
    assert HUSH in str(document)
    other = documents.parse(text)
    for shown in (
        repr(document),
        document._repr_html_(),
        outline(document),
        str(other.diff(document)),
        str(document.diff(other)),
        str(document.diff(type(document)())),
        str(type(document)().diff(document)),
    ):
        assert HUSH not in shown
    assert MASK in str(other.diff(document))


def test_there_are_secrets_of_both_kinds():
    found = [fields(documents.parse(text)) for text in declared_documents().values()]
    places = {
        member.location.attribute is None
        for each in found
        for _element, member in each
        if member.type.secret
    }
    assert places == {True, False}


def test_a_secret_of_a_new_class_is_masked_at_once():
    class Vault(Element):
        tag = "vault"
        code = Field("@code", Text(secret=True), label="Code")
        word = Field("word", Text(secret=True), label="Word")

    first, second = Vault(code="one", word="alpha"), Vault(code="two", word="beta")
    shown = str(first.diff(second)) + repr(first) + first._repr_html_() + outline(first)
    for secret in ("one", "alpha", "two", "beta"):
        assert secret not in shown
    assert str(first.diff(second)).count(MASK) == 4


def test_a_wrong_secret_is_not_in_the_error():
    session = Domain(launch_security=documents.parse(SEV).launch_security).launch_security
    with pytest.raises(ValueError, match="…") as caught:
        session.source.session = f"{HUSH}\0"
    assert HUSH not in str(caught.value)


SEV = "<domain><launchSecurity type='sev'><session>x</session></launchSecurity></domain>"
