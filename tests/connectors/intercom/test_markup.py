"""Markdown out, HTML or text in, and what two renderings of one text have in common."""

import pytest

from connectors.intercom.marks import line, reference, references
from connectors.intercom.markup import gist, spoken, to_html, to_text


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a\n\nb", "<p>a</p><p>b</p>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("# no heading", "<p># no heading</p>"),
        ("`x` ![i](http://e.example/i.png)", '<p>`x` !<a href="http://e.example/i.png">i</a></p>'),
        ("<https://e.example>", '<p><a href="https://e.example">https://e.example</a></p>'),
        ('"<img src=x onerror=y>"', "<p>&quot;&lt;img src=x onerror=y&gt;&quot;</p>"),
        ("[x](data:text/html,y)", "<p>[x](data:text/html,y)</p>"),
    ],
)
def test_only_the_small_subset_goes_out(given: str, wanted: str) -> None:
    assert to_html(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, ""),
        ("plain <b>stays</b>\n\nas it is", "plain <b>stays</b>\n\nas it is"),
        ("<p>1 &lt; 2 &amp; 3&nbsp;!</p>", "1 < 2 & 3 !"),
        ("<p>a<br>b</p><p>c</p>", "a\nb\n\nc"),
        ("<div><style>p{}</style><script>x()</script>hi</div>", "hi"),
        ("<ul><li>x</li></ul>", "- x"),
        ("<p>open <b>never closed", "open never closed"),
        ("</p>stray", "</p>stray"),
    ],
)
def test_both_kinds_of_body_become_text(given: str | None, wanted: str) -> None:
    assert to_text(given) == wanted


@pytest.mark.parametrize(
    "rendered",
    [
        "Try **this**:\n\n1. [the guide](https://e.example/1)\n2. wait",
        "<p>Try <b>this</b>:</p><ol><li><a href='https://e.example/1'>the guide</a></li><li>wait</li></ol>",
        "Try this:\n1. the guide (https://e.example/1)\n2. wait",
        "try  THIS - the guide, wait",
    ],
)
def test_one_text_has_one_gist(rendered: str) -> None:
    assert gist(to_text(rendered)) == "trythistheguidewait"


def test_a_text_of_nothing_but_an_address_has_a_gist_of_its_own() -> None:
    assert spoken("<https://e.example/1>") != spoken("<https://e.example/2>")


@pytest.mark.parametrize("key", ["k-1", "d:7.2_x", "a b/c", "ümlaut", "x+1", "~"])
def test_a_reference_is_read_back_wherever_it_stands(key: str) -> None:
    for text in (line(key), f"A note.\n\n{line(key, 0, ['Hello'])}", f"*{line(key)}*"):
        assert references(text) == [reference(key)]
    assert references(line(key, 2)) == [reference(key, 2)]
    assert references("Deskhand reference") == []
