"""A draft by a writer: nothing unchecked is told, and in any doubt the quotation stays, held for a person."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.claims import Refusal, Statement
from app.engine.configuration import load
from app.engine.evidence import digest
from app.engine.phrases import PHRASES
from app.engine.policy import gate
from app.engine.types import Cost, Draft, Mode, Passage, Reason
from app.engine.writing import HELD, Answer, Assignment, NotWritten, written
from connectors.types import Note, Reply
from tests.builders import a_classification, a_passage, a_ticket
from tests.engine.desk import Desk, made, proof, standing
from tests.engine.test_draft import INSIDE, PLAIN, Shelf

TRACK = a_passage("Open the app. A parcel takes 3 days.")
OTHER = a_passage("Norway takes 9 days.", source="article-2", title="Norway", url="https://help.example/norway")
STEPS = PLAIN + "autoResponse: {orderStatus: {response: {format: step-by-step, includeRelatedArticles: 2}}}\n"
COST = Cost("m", 1, 10, 5)


@dataclass
class Scribe:
    """Writes what it was told to, and remembers what it was given."""

    answers: list[Any]
    engine: str = "model/m/draft.v1"
    cost: Cost = COST
    given: list[tuple[Assignment, Sequence[Refusal]]] = field(default_factory=list)

    def answer(self, assignment: Assignment, refused: Sequence[Refusal] = ()) -> Answer:
        """The next answer, or the failure."""
        self.given.append((assignment, refused))
        said = self.answers.pop(0)
        if isinstance(said, NotWritten):
            raise said
        return said if isinstance(said, Answer) else Answer(said, assignment.passages)

    def translated(self, text: str, language: str, assignment: Assignment) -> str:
        """The next answer."""
        self.given.append((assignment, ()))
        return str(self.answers.pop(0))


def says(text: str, *sources: str) -> Statement:
    return Statement(text, sources or ("P1",))


GOOD = (says("A parcel takes 3 days."),)
BAD = (says("A parcel takes 4 days."),)


def drafted(scribe: Scribe, *passages: Passage, text: str = PLAIN, **judged: Any) -> Draft:
    shelf = Shelf(passages or (TRACK, INSIDE))
    return written(a_ticket(), a_classification(**judged), load(text, name="a"), shelf, scribe)


def test_a_checked_answer_is_told_and_internal_pages_come_along_for_the_note() -> None:
    scribe = Scribe([GOOD])
    draft = drafted(scribe)
    assert "A parcel takes 3 days." in draft.text
    assert "Open the app" not in draft.text
    assert (draft.passages, draft.engine, draft.cost) == ((TRACK, INSIDE), scribe.engine, COST)
    assert list(scribe.given[0][0].passages.values()) == [TRACK]


def test_one_repair_and_no_more() -> None:
    scribe = Scribe([BAD, BAD, GOOD])
    draft = drafted(scribe)
    assert [len(refused) for _, refused in scribe.given] == [0, 1]
    assert (draft.engine, draft.reasons[-1].code) == ("extract/2", "claims_refused")
    assert "4" not in draft.text


def test_a_repaired_answer_is_told() -> None:
    assert drafted(Scribe([BAD, GOOD])).engine == "model/m/draft.v1"


@pytest.mark.parametrize("code", sorted(HELD))
def test_whatever_failed_the_gate_hands_it_to_a_person(code: str) -> None:
    desk = Desk()
    sent = desk.decide()
    assert sent.mode is Mode.DEFLECT
    doubted = replace(desk.draft, reasons=(*desk.draft.reasons, Reason(code, "It failed.")))
    held = Desk(draft=doubted).decide()
    assert held.mode is Mode.ASSIST
    assert made(held, Reply) == []
    assert code in {r.code for r in held.reasons}
    assert "It failed." in made(held, Note)[0].text


def test_evidence_on_the_quotation_is_none_on_the_model() -> None:
    desk = Desk()
    record = proof(desk.classification, desk.draft)
    by_model = replace(desk.draft, engine="model/m/draft.v1")
    assert Desk(standing={"evidence": (record,)}).decide().mode is Mode.DEFLECT
    held = Desk(draft=by_model, standing={"evidence": (record,)}).decide()
    assert "evidence_outdated" in {r.code for r in held.reasons}
    assert digest("a", desk.draft.engine, "k", "c") != digest("a", by_model.engine, "k", "c")


def test_without_a_writer_nothing_is_in_doubt() -> None:
    draft = written(a_ticket(), a_classification(), load(PLAIN, name="a"), Shelf((TRACK,)))
    assert not HELD & {r.code for r in draft.reasons}
    assert draft.cost is None


@pytest.mark.parametrize(
    ("passages", "judged"),
    [((), {}), ((INSIDE,), {}), ((TRACK,), {"flags": frozenset({"spam"})}), ((TRACK,), {"category": "quiet"})],
    ids=["nothing", "internal", "spam", "knowledge off"],
)
def test_where_nothing_may_be_said_nobody_is_asked(passages: tuple[Passage, ...], judged: dict[str, Any]) -> None:
    scribe = Scribe([])
    draft = written(a_ticket(), a_classification(**judged), load(PLAIN, name="a"), Shelf(passages), scribe)
    assert (draft.text, draft.cost, scribe.given) == ("", None, [])


def test_steps_and_related_articles_as_the_configuration_wants() -> None:
    answer = (says("Open the app."), says("A parcel takes 3 days."))
    text = drafted(Scribe([answer]), TRACK, OTHER, INSIDE, text=STEPS).text
    assert "1. Open the app.\n2. A parcel takes 3 days." in text
    assert "Related articles:\n- [Norway](https://help.example/norway)" in text
    assert "Limits" not in text


def test_several_sources_are_all_named_once() -> None:
    answer = (says("A parcel takes 3 days."), says("Norway takes 9 days.", "P2"), says("Open the app."))
    text = drafted(Scribe([answer]), TRACK, OTHER).text
    assert "Sources: [Track a parcel](https://help.example/track), [Norway](https://help.example/norway)" in text


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_the_courtesy_is_ours_in_the_customers_language(language: str) -> None:
    page = a_passage("A parcel takes 3 days.", locale=f"{language}-XX")
    answer = Answer(GOOD, {"P1": page}, "sorry")
    text = drafted(Scribe([answer]), page, language=language).text
    phrases = PHRASES[language]
    assert text.startswith(phrases.greeting.replace("{name}", "Ana") + f"\n\n{phrases.sorry}\n\n")
    assert text.endswith(phrases.closing)


@pytest.mark.parametrize("tone", ["", "none", "We refund you.", "greeting", "__class__"])
def test_no_other_courtesy_is_told(tone: str) -> None:
    text = drafted(Scribe([Answer(GOOD, {"P1": TRACK}, tone)])).text
    assert text.startswith("Hello Ana,\n\nA parcel takes 3 days.\n\nSource")


@given(st.lists(st.builds(Statement, st.text(max_size=80), st.tuples(st.sampled_from(["P1", "P2", "P9"]))), max_size=4))
def test_whatever_is_written_only_what_is_borne_out_is_told(said: list[Statement]) -> None:
    answer = tuple(said)
    draft = drafted(Scribe([answer, answer]))
    assert draft.engine == "extract/2" or all(s.text.strip() in draft.text for s in said)
    assert draft.engine != "extract/2" or draft.reasons[-1].code == "claims_refused"


def test_a_model_and_the_gate_do_not_answer_for_what_is_translated() -> None:
    page = a_passage("Ein Paket braucht 3 Tage.", locale="de")
    draft = drafted(Scribe(["A parcel takes 3 days."]), page, language="en")
    decision = gate(a_ticket(), a_classification(), draft, load(PLAIN, name="a"), standing())
    assert "translated" in {r.code for r in decision.reasons}


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_a_reply_says_in_its_own_language_that_it_is_automatic_and_how_to_reach_a_person(language: str) -> None:
    desk = Desk()
    judged = replace(desk.classification, language=language)
    text = made(Desk(classification=judged).decide(), Reply)[0].text
    assert text.endswith(f"{PHRASES[language].disclosure} {PHRASES[language].human}")
    assert "human" in PHRASES[language].human
