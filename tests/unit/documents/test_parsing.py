"""What is refused: DTDs, entities, what is too large or too deep, what is not XML."""

import http.server
import threading
import time

import pytest

from qvirt_jupyter.documents import Disk, Domain, InvalidDocument, parse, parse_xml

BOMB = (
    "<!DOCTYPE lolz [<!ENTITY a 'lol'>"
    + "".join(
        f"<!ENTITY {name} '{f'&{before};' * 10}'>"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><domain><name>&i;</name></domain>"
)


@pytest.fixture
def a_web_server():
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/some.dtd", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_entity_bomb_is_refused_at_once():
    start = time.monotonic()
    with pytest.raises(InvalidDocument, match="DTD"):
        parse_xml(BOMB)
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    "prolog",
    [
        "",
        "<?xml version='1.0'?>\n",
        "\n<!-- <!DOCTYPE no> -->\n  ",
        "\ufeff",
        "<?pi ?><!--a--><!--b-->",
    ],
)
def test_a_dtd_is_refused_wherever_it_may_stand(prolog):
    with pytest.raises(InvalidDocument, match="DTD"):
        parse_xml(
            f"{prolog}<!DOCTYPE domain [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><domain>&f;</domain>"
        )


def test_a_remote_dtd_is_not_fetched(a_web_server):
    address, asked = a_web_server
    for text in (
        f"<!DOCTYPE domain SYSTEM '{address}'><domain/>",
        f"<!DOCTYPE domain [<!ENTITY % x SYSTEM '{address}'>%x;]><domain/>",
    ):
        with pytest.raises(InvalidDocument):
            parse_xml(text)
    parse_xml(f"<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='{address}'/></a>")
    assert asked == []


def test_a_dtd_in_another_encoding_is_not_let_through():
    with pytest.raises(InvalidDocument):
        parse_xml(("<?xml version='1.0' encoding='utf-16'?>" + BOMB).encode("utf-16"))
    with pytest.raises(InvalidDocument):
        parse_xml(b"<?xml version='1.0' encoding='utf-7'?>+ADwAIQ-DOCTYPE a><a/>")


def test_an_undeclared_entity_is_refused():
    with pytest.raises(InvalidDocument, match="well-formed"):
        parse_xml("<domain><name>&nothing;</name></domain>")


def test_fifty_megabytes_are_refused_before_they_are_parsed():
    text = f"<domain><description>{'x' * 50 * 1024**2}</description></domain>"
    start = time.monotonic()
    for document in (text, text.encode()):
        with pytest.raises(InvalidDocument, match=r"16\.0 MiB"):
            parse_xml(document)
    assert time.monotonic() - start < 1


def test_size_is_counted_in_bytes():
    text = f"<a>{'ä' * 60}</a>"
    assert parse_xml(text, max_bytes=200).text == "ä" * 60
    with pytest.raises(InvalidDocument, match="larger"):
        parse_xml(text, max_bytes=100)


def test_depth_is_bounded():
    assert parse_xml("<a>" * 256 + "</a>" * 256).tag == "a"
    with pytest.raises(InvalidDocument, match="256"):
        parse_xml("<a>" * 257 + "</a>" * 257)
    with pytest.raises(InvalidDocument):
        parse_xml("<a>" * 100_000 + "</a>" * 100_000)
    with pytest.raises(InvalidDocument, match="deeper than 3"):
        parse_xml("<a><b><c><d/></c></b></a>", max_depth=3)
    assert parse_xml("<a>" + "<b><c/></b>" * 1000 + "</a>", max_depth=3) is not None


@pytest.mark.parametrize(
    "text", ["", "no xml", "<a>", "<a></b>", "<a/><b/>", "<a b='1' b='2'/>", b"\xff"]
)
def test_what_is_not_xml_is_refused(text):
    with pytest.raises(InvalidDocument):
        parse_xml(text)


def test_a_text_that_is_no_unicode_is_refused():
    with pytest.raises(InvalidDocument, match="UTF-8"):
        parse_xml("<a>\udc80</a>")


def test_the_root_element_decides():
    assert isinstance(parse("<disk type='file'/>"), Disk)
    assert isinstance(parse(b"<domain/>"), Domain)
    with pytest.raises(InvalidDocument, match=r"known are .*domain"):
        parse("<spoon/>")
    with pytest.raises(InvalidDocument, match="not a <domain>"):
        Domain.parse("<network/>")
