"""What issue trackers have in common: words that are safe in any search, what a maintainer wrote down.

No vendor's rule lives here, and nothing of it decides who is a maintainer.
"""

import re

MOST_TEXT = 4000
"""Characters of an issue's text that are read on."""
MOST_REMARK = 600
_WORD = re.compile(r"[^\W_][\w.]{0,40}[^\W_]|[^\W_]")
_OPERATORS = frozenset({"AND", "OR", "NOT", "IN", "IS", "TO"})
_HEAD = r"(?:^|\n)[ \t]*(?:#{1,6}[ \t]*|\*{1,2}|h[1-6]\.[ \t]*)?"
_NEXT = r"(?:#{1,6}[ \t]|h[1-6]\.|(?:\*\*)?(?:ETA|expected fix)\b)"
_AROUND = re.compile(
    rf"{_HEAD}(?:known[ \t]+)?work[- ]?arounds?\b[*]{{0,2}}[ \t]*(?::[*]{{0,2}}[ \t]*|\n\s*)(?P<text>\S.*?)"
    rf"(?=\n[ \t]*\n|\n[ \t]*{_NEXT}|\s*\Z)",
    re.IGNORECASE | re.DOTALL,
)
_ETA = re.compile(
    rf"{_HEAD}(?:ETA|expected fix|fix expected)\b[*]{{0,2}}[ \t]*:[*]{{0,2}}[ \t]*(?P<text>[^\n]{{1,120}})",
    re.IGNORECASE,
)


def search_words(query: str, most: int) -> str:
    """The first ``most`` words of a query, as no search language can read anything else into them."""
    found = (word for word in _WORD.findall(query) if word.upper() not in _OPERATORS)
    return " ".join(list(dict.fromkeys(found))[:most])


def workaround(text: str) -> str:
    """What a text calls its workaround, under such a heading or after such a word; empty where it has none."""
    found = _AROUND.search(text)
    return _tidy(found["text"])[:MOST_REMARK] if found else ""


def eta(text: str) -> str:
    """When a text expects the fix, in its own words; empty where it does not say."""
    found = _ETA.search(text)
    return _tidy(found["text"]) if found else ""


def _tidy(text: str) -> str:
    return re.sub(r"[ \t]+", " ", text).strip(" \t\n*_.-") + ("." if text.rstrip(" \t\n*_").endswith(".") else "")
