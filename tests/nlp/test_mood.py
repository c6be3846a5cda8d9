"""Mood: the order of texts by feeling, what counts as which emotion, and the error reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.encoder import Encoder
from app.nlp.mood import Outcome, churn_risk, emotion, satisfaction, sentiment, urgency
from app.nlp.mood.errors import confusion, report
from app.nlp.mood.satisfaction import FEWEST, Weights, learn
from app.nlp.mood.sentiment import Prototypes, feeling_of
from tests.nlp.moods import errors, judged, moods


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        ("I am furious, this is the worst service ever!!", "angry"),
        ("WHERE IS MY MONEY YOU THIEVES", "angry"),
        ("not good at all, still waiting for my refund", "frustrated"),
        ("Ich bin enttäuscht, das Gerät ist kaputt", "frustrated"),
        ("estoy muy decepcionada", "frustrated"),
        ("Where is my order?", "neutral"),
        ("no problem", "neutral"),
        ("", "neutral"),
        ("Thanks a lot, works great 😀", "satisfied"),
        ("c'est parfait, merci beaucoup", "satisfied"),
    ],
)
def test_words_tell_the_emotion(text: str, feeling: str) -> None:
    assert emotion(text, sentiment(text)) == feeling


def test_a_negation_turns_a_feeling_and_a_booster_strengthens_it() -> None:
    assert sentiment("this is not good") < 0 < sentiment("this is good") < sentiment("this is really good")


def test_meaning_adds_what_words_do_not_say(encoder: Encoder) -> None:
    prototypes = Prototypes(encoder)
    texts = ("you people keep ignoring my emails", "where is the shop", "you made my day")
    feelings = [feeling_of(prototypes.moods(text, encoder.encode([text])[0])) for text in texts]
    assert feelings[0][0] < feelings[1][0] < feelings[2][0]
    assert feelings[0][0] < sentiment(texts[0])
    assert (feelings[1][1], feelings[2][1]) == ("neutral", "satisfied")


def test_the_error_on_judged_messages_is_known_and_small(encoder: Encoder) -> None:
    cases = judged(tuned=False)
    found = errors(cases, moods(cases, encoder))
    assert len(cases) + len(judged(tuned=True)) >= 200
    assert found["emotion"]["accuracy"] >= 0.75
    assert min(found["emotion"].values()) >= 0.55
    assert found["sentiment"]["absolute"] <= 0.25
    assert found["sentiment"]["ranking"] >= 0.9
    assert found["urgency"]["ranking"] >= 0.75
    assert found["churn"]["ranking"] >= 0.9


def test_where_only_wording_can_be_compared_mood_is_told_still() -> None:
    cases = judged(tuned=False)
    found = errors(cases, moods(cases, None))
    assert found["emotion"]["accuracy"] >= 0.5
    assert found["sentiment"]["ranking"] >= 0.8


@given(st.text(max_size=500))
def test_every_number_is_in_its_range(text: str) -> None:
    feeling = sentiment(text)
    assert -1 <= feeling <= 1
    assert 0 <= urgency(text).value <= 1
    assert 0 <= churn_risk(text, feeling, 3).value <= 1


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("URGENT: our site is down", "where can I find the manual"),
        ("I need it by Friday", "I need it"),
        ("this is the third time I write", "I write"),
        ("Bitte sofort antworten", "Bitte antworten"),
        ("please fix it today", "please fix it today, no rush"),
        ("our shop is down", "our shop is nice"),
        ("the certificate expires tonight", "the certificate expires"),
    ],
)
def test_urgency_rises_with_its_cues(more: str, less: str) -> None:
    assert urgency(more).value > urgency(less).value


def test_each_number_names_its_cues_and_no_customer_text() -> None:
    assert urgency("URGENT, our site is down").cues == ("says_urgent", "production_down")
    assert churn_risk("cancel my subscription, I am switching to a rival", -0.5).cues == (
        "cancels",
        "names_rival",
        "unhappy",
    )


def test_who_is_content_can_wait() -> None:
    assert urgency("it works today", feeling=0.8).value < urgency("it works today").value


def test_leaving_is_likelier_for_the_unhappy_and_the_persistent() -> None:
    text = "I want a refund"
    assert churn_risk(text, 0.5).value < churn_risk(text, -0.8).value < churn_risk(text, -0.8, messages=5).value


GOOD = Outcome(-0.2, 0.6, 1, 0.5, solved=True)
BAD = Outcome(0.0, -0.7, 6, 48.0, solved=False)


def test_satisfaction_follows_how_it_went() -> None:
    assert satisfaction(GOOD).value > 0.8
    assert satisfaction(BAD).value < 0.3
    assert satisfaction(BAD).cues[0] == "mood_at_end"


def test_ratings_teach_only_when_there_are_enough() -> None:
    upside_down = [(BAD, True), (GOOD, False)] * (FEWEST // 2)
    assert learn(upside_down[:-1]) == Weights()
    learnt = learn(upside_down)
    assert learnt.examples == FEWEST
    assert satisfaction(BAD, learnt).value > 0.9 > satisfaction(GOOD, learnt).value


def test_the_error_report() -> None:
    said = report([0.9, 0.1, 0.5], [1.0, 0.0, 0.0])
    assert (said.n, said.ranking) == (3, 1.0)
    assert said.bias == pytest.approx(0.5 / 3)
    assert said.absolute == pytest.approx(0.7 / 3)
    assert report([0.5, 0.5], [0, 1]).ranking == 0.5
    assert confusion(["angry", "neutral"], ["angry", "angry"]) == {"angry": {"angry": 1, "neutral": 1}}
    with pytest.raises(ValueError, match="as many"):
        report([1.0], [])
