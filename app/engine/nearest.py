"""The remedy for a word that is not known: the known one that looks like it."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], *, all_of: bool = True) -> str:
    """``did you mean x?`` where something looks like the word, else all that is known; empty when that is nothing."""
    names = sorted(known)
    close = difflib.get_close_matches(word.casefold(), [n.casefold() for n in names], n=1, cutoff=0.6)
    if close:
        return f"did you mean {next(n for n in names if n.casefold() == close[0])}?"
    return f"known here: {', '.join(names)}" if all_of and names else ""
