"""Tables in a saved notebook: escaped, without script, without colours of their own."""

from __future__ import annotations

from qvirt_jupyter.hypervisor import html

EVIL = "<script>alert('x')</script> & \"q\"\n\x1b[31m"


def test_everything_is_escaped():
    for text in (
        html.table(EVIL, [EVIL], [[EVIL]]),
        html.properties(EVIL, [(EVIL, EVIL)]),
    ):
        assert "<script" not in text
        assert (
            text.count("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &quot;q&quot;") > 1
        )


def test_colours_are_those_of_the_page():
    text = html.table("c", ["a"], [["b"]]) + html.properties("c", [("a", "b")])
    assert "color:inherit" in text
    assert "background" not in text
    assert "#" not in text


def test_what_is_empty_is_left_out():
    assert "Title" not in html.properties("c", [("Title", ""), ("State", 0)])
    assert ">0<" in html.properties("c", [("State", 0)])


def test_a_long_table_is_cut_and_says_so():
    rows = [[number] for number in range(html.ROWS_AT_MOST + 7)]
    assert "and 7 more" in html.table("c", ["a"], rows)
    assert f">{html.ROWS_AT_MOST}<" not in html.table("c", ["a"], rows)
    assert html.text_table(["a"], rows).endswith("and 7 more")


def test_text_obeys_no_escape_sequence():
    text = html.text_table(["name", "b"], [[EVIL, 1], ["short", 22]])
    assert "\x1b" not in text
    assert len(text.splitlines()) == 3


def test_the_same_is_said_where_no_html_is_shown():
    markup = html.table("Machines", ["Name", "State"], [["web", "Running"], [EVIL, "two\nlines"]])
    lines = html.plain(markup + html.text_block("the end")).splitlines()
    assert lines[:3] == ["Machines", "Name  State", "web  Running"]
    assert lines[3].startswith("<script>alert('x')</script> & \"q\" ")
    assert lines[3].endswith("two lines")
    assert "\x1b" not in lines[3]
    assert lines[4:] == ["the end"]
