"""How well tickets that belong together are found, measured on pairs and crowds of our own, with meanings and with words alone."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from app.engine.duplicates import Meaning, Sketch, hashed, same_problem, spoken, twin
from app.engine.incidents import LEAST, gathered, one_cause, trouble
from app.nlp.clean import clean, for_meaning
from app.nlp.encoder import SentenceEncoder
from tests.builders import NOON

KEY = b"k" * 32
with (Path(__file__).parents[1] / "engine" / "same_problem.csv").open(encoding="utf-8", newline="") as file:
    PAIRS = [(row["same"] == "1", row["one"], row["other"]) for row in csv.DictReader(file)]
OUTAGE = (
    "The checkout is down, I get error 500 when I pay.",
    "Payment fails with error 500 on your checkout page",
    "Cannot pay: the checkout shows an error 500",
    "Your checkout crashes with a 500 error every time",
    "Paying fails, error 500 at checkout. Is something broken?",
    "checkout broken?? error 500 since an hour",
    "I tried to pay three times and the checkout always fails with error 500",
    "Error at checkout, the payment page is down",
)
OTHERS = (
    "My card was declined at checkout, the bank says all is fine.",
    "The voucher field at checkout shows an error for code SPRING.",
    "My invoice has a broken link.",
    "I was charged twice and your refund form fails to load my order.",
    "The receipt mail failed to arrive.",
    "How do I pay by bank transfer?",
    "Payment by invoice is denied for my company.",
    "I paid in the wrong currency by an error of mine.",
)


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def sketch(
    text: str, encoder: SentenceEncoder | None = None, name: str = "t1", person: str = "p", minute: int = 0
) -> Sketch:
    words, marks = spoken(text, KEY)
    meaning = Meaning()
    if encoder:
        meaning = Meaning(tuple(encoder.encode([for_meaning(clean(text).text)])[0].tolist()), encoder.version)
    return Sketch(name, person, "payment", words, marks, meaning, NOON + timedelta(minutes=minute))


def found(encoder: SentenceEncoder | None) -> tuple[int, int]:
    """How many of the same pairs are known, and how many others are taken for one."""
    judged = [(same, same_problem(sketch(one, encoder), sketch(other, encoder))) for same, one, other in PAIRS]
    return sum(same and said for same, said in judged), sum(said and not same for same, said in judged)


def test_the_pairs_are_enough_to_measure_with() -> None:
    assert sum(same for same, _, _ in PAIRS) == 30
    assert len(PAIRS) == 65


def test_meanings_know_four_of_five_and_are_rarely_wrong(encoder: SentenceEncoder) -> None:
    known, wrong = found(encoder)
    assert known >= 24
    assert wrong <= 2


def test_words_alone_know_a_quarter_and_are_never_wrong() -> None:
    known, wrong = found(None)
    assert known >= 7
    assert wrong == 0


def test_numbers_that_differ_contradict_what_sounds_the_same() -> None:
    one, other = (sketch(f"My order {n} has not arrived yet.", name=f"t{n}") for n in (20417, 20931))
    assert not same_problem(one, other)
    assert same_problem(one, sketch("My order 20417 has not arrived yet.", name="t3"))


def test_a_twin_is_the_oldest_recent_ticket_of_the_same_person() -> None:
    text = "My order 20417 has not arrived yet."
    mine = sketch(text, name="t9", minute=100)
    others = [
        sketch(text, name="t1", minute=10),
        sketch(text, name="t2", minute=50),
        sketch(text, name="t3", person="q", minute=1),
        sketch(text, name="t4", minute=-60 * 24 * 8),
        sketch(text, name="t5", minute=200),
        mine,
    ]
    first = twin(mine, others)
    assert first is not None
    assert first.ticket == "t1"
    assert twin(sketch(text, person=""), others) is None


@pytest.mark.parametrize("compared", ["meanings", "words"])
def test_an_outage_is_one_cause_and_other_trouble_with_payments_is_not(compared: str, encoder: SentenceEncoder) -> None:
    by = encoder if compared == "meanings" else None
    outage = [sketch(text, by, f"o{n}", f"o{n}", n) for n, text in enumerate(OUTAGE)]
    others = [sketch(text, by, f"x{n}", f"x{n}", n) for n, text in enumerate(OTHERS)]
    alike = gathered(outage[-1] if by else outage[-2], [*outage, *others], KEY)
    assert len({one.ticket for one in alike} & {one.ticket for one in outage}) >= LEAST
    assert len([one for one in alike if one.ticket.startswith("x")]) <= 1
    assert gathered(others[0], others, KEY) == ()


def test_what_is_usual_is_no_incident() -> None:
    """Five an hour all day long are five an hour: nothing has happened."""
    often = [sketch(OUTAGE[0], None, f"t{n}", f"p{n}", -12 * n) for n in range(1, 110)]
    assert gathered(sketch(OUTAGE[0], None, "t0", "p0", 0), often, KEY) == ()
    assert len(gathered(sketch(OUTAGE[0], None, "t0", "p0", 0), often[:5], KEY)) == 6


def test_spam_and_other_categories_make_no_incident() -> None:
    crowd = [sketch(OUTAGE[0], None, f"t{n}", f"p{n}", -n) for n in range(1, 8)]
    mine = sketch(OUTAGE[0], None, "t0", "p0")
    spam = [Sketch(**{**vars(one), "spam": True}) for one in crowd]
    other = [Sketch(**{**vars(one), "category": "returns"}) for one in crowd]
    assert gathered(mine, crowd, KEY)
    assert gathered(mine, spam, KEY) == gathered(mine, other, KEY) == ()


def test_sketches_of_another_key_have_nothing_in_common() -> None:
    words, marks = spoken("The checkout is down with error 500", b"another key")
    foreign = Sketch("t2", "p", "payment", words, marks, Meaning(), NOON)
    assert not one_cause(sketch("The checkout is down with error 500"), foreign, KEY)
    assert trouble(KEY) != trouble(b"another key")
    assert hashed(["down"], KEY) <= trouble(KEY)
