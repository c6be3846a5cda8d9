"""Markdown out, HTML in: a small safe part of both."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.zendesk.text import plain, rich


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("One\n\nTwo", "<p>One</p>\n<p>Two</p>"),
        ("One\nline", "<p>One<br>\nline</p>"),
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("[us](https://example.com/a?b=1&c=2)", '<p><a href="https://example.com/a?b=1&amp;c=2">us</a></p>'),
        ("[mail](mailto:a@example.com)", '<p><a href="mailto:a@example.com">mail</a></p>'),
        ("# no heading", "<p># no heading</p>"),
        ("<b>& <script>x</script>", "<p>&lt;b&gt;&amp; &lt;script&gt;x&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html,y)", "<p>[x](data:text/html,y)</p>"),
        ("[x](/relative)", "<p>[x](/relative)</p>"),
        ("![pixel](https://example.com/p.png)", '<p>!<a href="https://example.com/p.png">pixel</a></p>'),
        ("{{ticket.id}}", "<p>{{ticket.id}}</p>"),
        ("", ""),
    ],
)
def test_rich(markdown, html):
    assert rich(markdown) == html


TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a"}


@given(st.text(alphabet="<>&\"'[]()*-_#!`: abcjavscript/\n1.", max_size=80))
def test_no_text_makes_another_tag_or_another_scheme(markdown):
    made = rich(markdown)
    assert set(re.findall(r"</?([a-z]+)", made)) <= TAGS
    assert all(re.match(r"https?:|mailto:", url) for url in re.findall(r'href="([^"]*)', made))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>two", "One\ntwo"),
        ("<p>a\n   b&nbsp;c &lt;d&gt; &amp;lt;</p>", "a b c <d> &lt;"),
        ("<p>Do:</p><ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><p>Done</p>", "Do:\n\n- a\n- b\n  - c\n\nDone"),
        ("<ul><li>b<ul><li>c</li></ul>after</li><li>d</li></ul>", "- b\n  - c\nafter\n- d"),
        ("<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n<li>d</li>\n</ul>\n", "- a\n- b\n  - c\n- d"),
        ("<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "- a\nb\n- c"),
        ("<ol><li><p>a</p></li><li>b</li></ol>", "1. a\n2. b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<style>p{}</style><p>x</p><script>y</script><!-- z -->", "x"),
        ("</ul></li></script>x", "x"),
        ("<li>stray</li>", "- stray"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_plain(html, text):
    assert plain(html) == text


@given(st.text())
def test_no_html_breaks_the_reader(html):
    assert plain(html) == plain(html).strip()
