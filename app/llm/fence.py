"""Text that others wrote, made into data: every line of it is marked, and nothing in it can end the marking or pass for our words."""

import re
import unicodedata
from collections.abc import Iterable

PREFIX = "| "
MOST = 6000
"""Characters of one piece; what is cut is said to be."""
CUT = "[...]"
_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_ANGLES = str.maketrans(
    {
        "<": "\u2039",
        ">": "\u203a",
        "`": "'",
        "\u2329": "\u2039",
        "\u232a": "\u203a",
        "\u27e8": "\u2039",
        "\u27e9": "\u203a",
        "\u3008": "\u2039",
        "\u3009": "\u203a",
        "\u276e": "\u2039",
        "\u276f": "\u203a",
    }
)
_TOKENS = re.compile(
    r"\[\s*/?\s*(?:INST|SYS|SYSTEM|ASSISTANT|USER|TOOL|AVAILABLE_TOOLS|TOOL_CALLS?)\s*\]", re.IGNORECASE
)
_BARS = re.compile(r"^[\s|\u2502\u2503\uff5c\u00a6\u01c0\u2223\u23d0]+")


def neutral(text: str) -> str:
    """The text in plain characters: no invisible ones, no brackets of any make that could form a tag or a chat model's mark."""
    shown = unicodedata.normalize("NFKC", _BREAKS.sub("\n", text[: MOST * 2]))
    kept = "".join(c for c in shown if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cn", "Cs"})
    plain = _TOKENS.sub(" ", kept.translate(_ANGLES))
    return plain if len(plain) <= MOST else f"{plain[:MOST]} {CUT}"


def fenced(text: str) -> str:
    """Every line behind the mark. A line that begins with bars of its own loses them: only ours mark anything."""
    return "\n".join(PREFIX + _BARS.sub("", line) for line in _lines(text))


def _lines(text: str) -> Iterable[str]:
    return (line for line in _BREAKS.split(text) if line.strip()) if text.strip() else ("",)
