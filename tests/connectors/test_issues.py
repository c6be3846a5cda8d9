"""What issue trackers have in common: words for a search, and what maintainers write down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import issues


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Workaround: use CSV.", "use CSV."),
        ("Hello\n\n**Workaround:** use CSV\n\nBye", "use CSV"),
        ("## Workaround\n\nUse CSV\ninstead.\n\n## Cause\nunknown", "Use CSV\ninstead."),
        ("### Known workarounds\nUse CSV", "Use CSV"),
        ("Work-around: use CSV\nETA: Friday", "use CSV"),
        ("There is no workaround for this.", ""),
        ("We need a workaround", ""),
        ("", ""),
    ],
)
def test_a_workaround_is_what_is_called_one(text: str, wanted: str) -> None:
    assert issues.workaround(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ETA: next week", "next week"),
        ("a\n**ETA:** 3 May.", "3 May."),
        ("the beta: soon", ""),
        ("Expected fix: v2", "v2"),
    ],
)
def test_when_a_fix_is_expected(text: str, wanted: str) -> None:
    assert issues.eta(text) == wanted


@given(st.text(max_size=300), st.integers(1, 8))
def test_no_text_gets_an_operator_or_a_quote_into_a_search(text: str, most: int) -> None:
    words = issues.search_words(text, most).split(" ")
    assert len(words) <= most
    assert not set("".join(words)) & set("\"'\\:()[]{}*~?+-!&|^/<>=")
    assert not {"AND", "OR", "NOT"} & {word.upper() for word in words}


@given(st.text(alphabet="workaround: \n#*ETA.x", max_size=200))
def test_any_text_is_read_in_the_end(text: str) -> None:
    assert len(issues.workaround(text)) <= issues.MOST_REMARK + 1
    assert "\n" not in issues.eta(text)
