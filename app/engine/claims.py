"""Whether an answer says only what its sources say, statement by statement. Pure text: nobody is asked, nothing is written.

It errs to one side. A right sentence in words of its own may be refused, and then the source is quoted instead; a sentence
with an amount, a promise, an address or a rule that its source does not have must never pass.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.engine.figures import addresses, figures, introduced, unnumbered, without_addresses
from app.engine.lexicon import (
    CONDITIONS,
    DUTIES,
    GIVING,
    LIMITS,
    NEGATIONS,
    NUMBERS,
    OPPOSITES,
    POLICY,
    RELATIVE,
    SECRETS,
    SELF,
    STRICT,
    UNITS,
)
from app.engine.types import Passage, Reason
from app.engine.words import meaningful, stem, stems, words

SUPPORT = 0.7
"""The least share of a sentence's words that its source has to have."""
OWN = 0.5
"""The least share that the source's sentence itself has, without the title and the sentence before."""
WHOLE = 0.7
"""The least share of a source's sentence that a claim with an amount or a right repeats: the rest may be its condition."""
PROMISED = 0.85
"""The same for a sentence that speaks of what we do."""
FOREIGN = 4
"""The most words of a sentence that its source may lack."""
MOST_STATEMENTS = 12
MOST_CHARACTERS = 600
"""Of one statement."""
_WINDOW = 3
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
_PROMISE = re.compile(
    r"\b(?:we|i|you|they|it|he|she|there|that|this)(?:'ll| will| shall| (?:is|are|am) going to)\b|\bwill be\b|"
    r"guarant|garant|\bpromis|\bpromet|\bversprech|\brest assured\b|\bas an exception\b|"
    r"\b(?:ha(?:s|ve)|'ve|'s) (?:just |already |now |been )*\w+(?:ed|sent|paid|made|done)\b|"
    r"\bwerden?\b|\bwird\b|\bvamos a\b|\ballons\b|\bvamos\b|\bon (?:its|the) way\b",
    re.I,
)
_DUTY = re.compile(r"\b(?:have|has|had) to\b", re.I)
_FORMS = {
    **{"cancelled": "cancel", "bought": "buy", "chosen": "choose", "felt": "feel", "found": "find", "given": "give"},
    **{"kept": "keep", "paid": "pay", "sent": "send", "shown": "show", "sold": "sell", "taken": "take", "told": "tell"},
}
"""Forms of a verb that no common ending gives away -> the verb."""
_FORM = re.compile(rf"\b(is|are|be|being) ({'|'.join(_FORMS)})\b", re.I)
"""In the passive, which says how things go: ``we sent it`` says that it was done."""
_NO_LONGER = re.compile(r"\bno longer\b", re.I)
_ANY_MORE = re.compile(r"\b(?:any ?more|any longer)\b", re.I)
_ANOTHER = re.compile(
    r"\ba second (?=[a-z])(?!(?:to|and|or|for|until|before|after|at|in|on|more|longer|later|per|is|when|if|of|ago|only)\b)",
    re.I,
)
"""``a second reminder`` is the next one and takes no time."""
_PRONOUN = re.compile(r"(?:it|they)\b", re.I)
_COUNTED = frozenset(stem(word) for word in (*NUMBERS, *UNITS))
_MARK = re.compile(r"\[[A-Z][A-Z_]{1,20}_\d{1,4}\]")
_MARKUP = re.compile(r"</?[a-z!][^>]{0,200}>|!\[|\]\(|<\||\|>|```|\[/?(?:INST|SYS)\]|&(?:#\w+|[a-z]+);", re.I)


@dataclass(frozen=True)
class Statement:
    """One sentence or two of an answer, and the ids of the passages that it rests on."""

    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """Why statement ``number`` (from 1; 0 for the whole answer) may not be said. ``reason`` holds nothing that was said."""

    number: int
    reason: Reason


def refusals(statements: Sequence[Statement], passages: Mapping[str, Passage]) -> tuple[Refusal, ...]:
    """Everything that is wrong with an answer; empty when each statement is borne out by what it cites. Never raises."""
    if not statements:
        return (Refusal(0, Reason("says_nothing", "It says nothing.")),)
    if len(statements) > MOST_STATEMENTS:
        return (Refusal(0, Reason("too_long", f"It has more than {MOST_STATEMENTS} statements.")),)
    found = ((n, _wrong(statement, passages)) for n, statement in enumerate(statements, start=1))
    return tuple(Refusal(n, reason) for n, reason in found if reason)


def _wrong(statement: Statement, passages: Mapping[str, Passage]) -> Reason | None:
    """The first thing that is wrong with a statement, or None."""
    if wrong := _form(statement.text):
        return wrong
    cited = [passages[name] for name in dict.fromkeys(statement.sources) if name in passages]
    if wrong := _cited(statement, cited):
        return wrong
    verdicts = (_closest([_unsupported(sentence, p) for p in cited]) for sentence in _sentences(statement.text))
    return next((wrong for wrong in verdicts if wrong), None)


def _cited(statement: Statement, cited: Sequence[Passage]) -> Reason | None:
    """What is wrong with its sources, or with an address that they do not give."""
    known = frozenset[str]().union(*(addresses(f"{p.text}\n{p.url}") for p in cited))
    wrongs = (
        (not statement.sources, "uncited", "It names no source."),
        (len(cited) < len(set(statement.sources)), "unknown_source", "It names a source that was not given."),
        (any(passage.restricted for passage in cited), "restricted_source", "It rests on an internal page."),
        (bool(addresses(statement.text) - known), "foreign_address", "It names an address that its source does not."),
    )
    return next((Reason(code, text) for wrong, code, text in wrongs if wrong), None)


def _form(text: str) -> Reason | None:
    """What may stand in no answer, whatever its sources say."""
    if not words(text):
        return Reason("says_nothing", "It says nothing.")
    if len(text) > MOST_CHARACTERS:
        return Reason("too_long", "It is too long to be checked.")
    if _MARK.search(text):
        return Reason("personal_data", "It repeats personal data of the customer.")
    hidden = any(unicodedata.category(c) in {"Cf", "Cc", "Co", "Cn", "Cs"} and c not in "\n\t" for c in text)
    if hidden or _MARKUP.search(text):
        return Reason("markup", "It holds markup or invisible characters.")
    return None


def _closest(verdicts: Sequence[Reason | None]) -> Reason | None:
    """None when one source bears it out, else what the first has against it."""
    return None if None in verdicts else verdicts[0]


def _sentences(text: str) -> list[str]:
    lines = "\n".join(unnumbered(line) for line in text.splitlines())
    return [part.strip() for part in _SENTENCE.split(lines) if words(part)]


def _unsupported(sentence: str, passage: Passage) -> Reason | None:
    """Why the passage does not bear the sentence out, or None."""
    claim = Claimed(sentence)
    verdicts = [_differs(claim, stretch) for stretch in _stretches(claim, passage)]
    if not verdicts:
        return Reason("unsupported", "Its source says nothing.")
    ranked = sorted(verdicts, key=lambda verdict: verdict[0], reverse=True)
    return None if any(reason is None for _, reason in ranked) else ranked[0][1]


def _plainly(text: str) -> str:
    """The text with one form for what is said in several; no amount, address or negation is lost."""
    text = _ANOTHER.sub("the second ", _NO_LONGER.sub("not", text))
    return _FORM.sub(lambda found: f"{found[1]} {_FORMS[found[2].casefold()]}", _ANY_MORE.sub("", text))


class Claimed:
    """A sentence taken apart for comparison."""

    def __init__(self, sentence: str) -> None:
        self.text = sentence.replace("\u2019", "'")
        sentence = _plainly(without_addresses(self.text))
        self.stems = frozenset(stems(sentence))
        self.content = frozenset(w for w in meaningful(sentence) if not w.isdecimal() and w not in _COUNTED)
        self.figures = figures(sentence)
        self.introduced = introduced(sentence)
        self.of_us = bool(SELF & set(words(sentence)))
        self.promises = bool(_PROMISE.search(self.text))
        self.obliges = bool(_DUTY.search(self.text) or self.stems & DUTIES)
        self.conditional = bool(self.stems & CONDITIONS)
        self.narrowed = bool(RELATIVE & set(words(sentence)))
        counted = {part for _, unit in self.figures for part in unit.split()}
        self.units = frozenset(UNITS[word] for word in words(sentence) if word in UNITS) | counted
        self.of_page = bool(_PRONOUN.match(sentence.lstrip()))
        """It begins with a word for what the page is about."""
        self.asks = bool(self.stems & GIVING and self.stems & SECRETS)
        self.negations = sum(one in NEGATIONS for one in stems(sentence))


@dataclass(frozen=True)
class Stretch:
    """A few sentences of a source in a row, and what stands around them and says what they are about."""

    said: Claimed
    around: frozenset[str]
    title: frozenset[str]
    page: frozenset[str]
    """All words of the passage and its title."""


def _stretches(claim: Claimed, passage: Passage) -> Iterator[Stretch]:
    """Where the sentence may come from. One with amounts, limits or a negation comes from a single sentence."""
    parts = _sentences(passage.text)
    single = bool(claim.figures or claim.asks or claim.stems & (NEGATIONS | LIMITS | STRICT | OPPOSITES))
    title = frozenset(meaningful(_plainly(passage.title)))
    page = title | frozenset(meaningful(_plainly(passage.text)))
    rivals = [figures(part) for part in parts]
    for size in range(1, 2 if single else _WINDOW + 1):
        for start in range(len(parts) - size + 1):
            said = Claimed("\n".join(parts[start : start + size]))
            if size > 1 and (said.negations or said.stems & LIMITS):
                continue
            yield Stretch(said, _around(start, parts, rivals, passage.title), title, page)


def _around(
    start: int, parts: Sequence[str], rivals: Sequence[frozenset[tuple[str, str]]], title: str
) -> frozenset[str]:
    """The words of the title and of the sentence before, unless another amount there could be the one that is meant."""
    units = {unit for _, unit in rivals[start]}
    others = [n for n, found in enumerate(rivals) if n != start and units & {unit for _, unit in found}]
    around = set() if units and others else set(meaningful(_plainly(title)))
    if start and not (units and rivals[start - 1]) and not set(stems(parts[start - 1])) & (NEGATIONS | LIMITS):
        around |= set(meaningful(_plainly(parts[start - 1])))
    return frozenset(around)


def _differs(claim: Claimed, stretch: Stretch) -> tuple[float, Reason | None]:
    """How much of the claim the stretch has, and the first thing in which they differ."""
    said = stretch.said
    missing = claim.content - said.content - stretch.around
    support = 1 - len(missing) / max(len(claim.content), 1)
    return support, next(
        (Reason(code, text) for wrong, code, text in _differences(claim, stretch, missing, support) if wrong), None
    )


def _differences(
    claim: Claimed, stretch: Stretch, missing: frozenset[str], support: float
) -> Iterator[tuple[bool, str, str]]:
    said = stretch.said
    yield not claim.content, "says_nothing", "It says nothing that could be looked up."
    yield (
        bool(claim.figures - said.figures),
        "foreign_figure",
        "It names an amount, price, date or time that its source does not.",
    )
    named = stretch.title if said.of_page else frozenset[str]()
    strict = (claim.stems & (STRICT | OPPOSITES)) - said.stems - (named & POLICY)
    yield (
        bool(strict or claim.units - said.units or (claim.obliges and not said.obliges)),
        "foreign_rule",
        "It states a rule or a time that its source does not.",
    )
    # A word that the page has nowhere, in the place of one that it has here, is another thing.
    dropped = said.content - claim.content
    yield bool(missing - stretch.page and dropped), "unsupported", "Its source does not say this."
    borrowed = (claim.content & stretch.around) - said.content - stretch.title
    yield bool(borrowed and dropped), "unsupported", "Its source does not say this."
    yield support < SUPPORT or len(missing) > FOREIGN, "unsupported", "Its source does not say this."
    own = claim.content & (said.content | named)
    yield len(own) < OWN * len(claim.content), "unsupported", "Its source does not say this."
    yield _swapped(claim, said), "foreign_figure", "It gives an amount of its source another meaning."
    yield claim.negations != said.negations, "reversed", "Its source says the opposite."
    yield bool((said.stems & LIMITS) - claim.stems), "unlimited", "It leaves out a condition of its source."
    yield said.conditional and not claim.conditional, "unlimited", "It leaves out a condition of its source."
    partial = len(claim.content & said.content) < WHOLE * len(said.content)
    bound = bool(claim.figures or claim.stems & POLICY) or (said.narrowed and not claim.narrowed)
    yield bound and partial, "unlimited", "It leaves out a condition of its source."
    promised = claim.promises or claim.of_us
    borne = (said.promises or not claim.promises) and (said.of_us or not claim.of_us) and support >= PROMISED
    yield promised and not borne, "promise", "It promises what its source does not."
    yield (
        claim.asks and bool(missing or not said.asks),
        "asks_secret",
        "It asks for a secret.",
    )


def _swapped(claim: Claimed, said: Claimed) -> bool:
    """Whether an amount stands behind another word than in a source that has several of its unit, or half a range was left out."""
    for before, (amount, unit) in claim.introduced:
        several = len({a for a, u in said.figures if u == unit}) > 1
        if several and (before, (amount, unit)) not in said.introduced:
            return True
        whole = {a for word, (a, u) in said.introduced if (word, u) == (before, unit)}
        if not whole <= {a for a, u in claim.figures if u == unit}:
            return True
    return False
