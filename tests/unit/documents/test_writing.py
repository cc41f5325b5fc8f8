"""Any XML is written as it was read: quotes, namespaces, comments, layout."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from lxml import etree
from sample_documents import DATA, FOREIGN, declared_documents

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Document, Domain, InvalidDocument, parse_xml, serialization
from qvirt_jupyter.documents.serialization import Style, serialize, serialize_document


def canonical(text):
    return etree.tostring(etree.fromstring(text.encode()), method="c14n", with_comments=True)


def written_anew(text):
    return serialize_document(parse_xml(text), Style.of(text))


def same(text):
    assert canonical(written_anew(text)) == canonical(text)


@pytest.mark.parametrize("file", sorted(DATA.rglob("*.xml")), ids=lambda file: file.stem)
def test_our_data_is_written_as_it_was_read(file):
    same(file.read_text())


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("text", declared_documents().values(), ids=declared_documents())
def test_what_lxml_writes_is_taken_only_where_it_is_what_we_write(text, quote, monkeypatch):
    nodes = list(documents.parse(text)._tree.root.iter("*"))
    taken = [serialize(node, Style(quote=quote)) for node in nodes]
    monkeypatch.setattr(serialization, "_TRIED", 0)
    assert taken == [serialize(node, Style(quote=quote)) for node in nodes]


@pytest.mark.parametrize(
    "text",
    [
        """<a><b c='"'/></a>""",
        """<a><b>"</b></a>""",
        """<a><b c="'">x</b></a>""",
        "<a><!-- ' \" --><b c='d'/></a>",
        "<a xmlns:q='urn:q'><q:b q:c='d'/><e f='g'/></a>",
        "<a xmlns:q='urn:q'><b xmlns:q='urn:other'><q:c/></b><d xmlns='urn:z'/></a>",
        "<a b='&#10;&#9;&gt;&lt;&amp;'>&gt;&#13;</a>",
    ],
)
def test_so_it_is_with_what_the_two_write_otherwise(text, monkeypatch):
    node = parse_xml(text)
    for style in (Style(), Style(quote='"')):
        taken = [serialize(each, style) for each in node.iter("*")]
        with monkeypatch.context() as patched:
            patched.setattr(serialization, "_TRIED", 0)
            assert taken == [serialize(each, style) for each in node.iter("*")]


@pytest.mark.skipif(not FOREIGN.exists(), reason="the collection is not beside the project")
def test_foreign_documents_are_read_and_written_too():
    files = sorted(FOREIGN.rglob("*.xml"))
    assert len(files) > 50
    known = 0
    for file in files:
        text = file.read_text()
        same(text)
        try:
            document = documents.parse(text)
        except InvalidDocument:
            continue
        known += 1
        assert str(document) == text
        assert str(document.copy()) == text
        assert not document.diff(Document.parse.__func__(type(document), written_anew(text)))
        repr(document)
    assert known > 50


def test_what_is_quoted_in_double_quotes_stays_so():
    domain = Domain.parse('<domain type="kvm"><name>it\'s</name></domain>')
    domain.title = '"x" & <y>'
    assert str(domain) == (
        '<domain type="kvm"><name>it\'s</name><title>"x" &amp; &lt;y&gt;</title></domain>'
    )


def test_a_byte_order_mark_does_not_hide_the_prolog():
    text = "\ufeff<?xml version='1.0'?>\n<!-- by hand -->\n<domain><name>a</name></domain>"
    domain = Domain.parse(text)
    domain.name = "b"
    assert str(domain) == text.replace(">a<", ">b<")
    assert domain.copy().name == "b"


def test_character_data_survives_an_edit():
    domain = Domain.parse("<domain><description><![CDATA[a <b> & c]]></description></domain>")
    domain.name = "n"
    assert domain.description == "a <b> & c"
    assert Domain.parse(str(domain)).description == "a <b> & c"


# XML of all kinds: prefixes that are hidden and taken away again, attributes with namespaces,
# comments, instructions, mixed contents.
names = some.sampled_from(["a", "b", "domain", "source"])
prefixes = some.sampled_from(["p", "q"])
uris = some.sampled_from(["urn:one", "urn:two"])
characters = some.text(some.sampled_from(list("x <>&'\"\n\täö]\u2028\U0001f600")), max_size=6)
asides = some.sampled_from(["", "<!-- aside & all -->", "<?keep this?>", "\n  ", "&#13;"])

# In an attribute, a break that is not written as a number becomes a blank.
BREAKS = str.maketrans({"\n": "&#10;", "\t": "&#9;"})


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@some.composite
def elements(draw, known=(), depth=4):
    spaces = draw(some.dictionaries(prefixes, uris, max_size=2))
    default = draw(some.sampled_from([None, None, "", "urn:one"]))
    known = sorted({*known, *spaces})
    prefix = draw(some.sampled_from(["", *(f"{prefix}:" for prefix in known)]))
    name = prefix + draw(names)
    values = {f"xmlns:{prefix}": uri for prefix, uri in spaces.items()}
    if default is not None:
        values["xmlns"] = default
    for attribute in draw(some.lists(names, max_size=2, unique=True)):
        # One prefix a name: two that mean the same namespace would be the same attribute twice.
        space = draw(some.sampled_from(["", "xml:", *(f"{prefix}:" for prefix in known)]))
        values[space + attribute] = draw(characters)
    quote = draw(some.sampled_from("'\""))
    entity = {"'": "&apos;", '"': "&quot;"}[quote]
    written = "".join(
        f" {key}={quote}{escaped(value).replace(quote, entity).translate(BREAKS)}{quote}"
        for key, value in values.items()
    )
    parts = [escaped(draw(characters)), draw(asides)]
    if depth:
        for child in draw(some.lists(elements(known, depth - 1), max_size=2)):
            parts += [child, draw(asides), escaped(draw(characters))]
    return f"<{name}{written}>{''.join(parts)}</{name}>"


@settings(max_examples=150)
@given(text=elements())
def test_any_xml_is_written_as_it_was_read(text):
    same(text)


@settings(max_examples=60)
@given(inner=elements(), before=some.sampled_from(["", "\n  "]))
def test_an_edit_beside_any_xml_leaves_it_alone(inner, before):
    text = f"<domain>{before}<name>a</name>{before}{inner}</domain>"
    domain = Domain.parse(text)
    domain.name = "b"
    domain.title = "t"
    assert canonical(str(domain)) != canonical(text)
    domain.title = None
    assert canonical(str(domain)) == canonical(text.replace("<name>a<", "<name>b<", 1))
    domain.name = "a"
    assert str(domain) == text
