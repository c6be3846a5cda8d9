"""Who asks for a person is understood, however they say it; who only speaks of one is not taken for it."""

import pytest

from app.engine.phrases import PHRASES
from app.nlp.flags import flags

ASKED = {
    "en": ("human", "Human please", "agent", "I want to talk to a human", "let me speak to someone", "I'd like a human",
           "can I speak with a real person?", "A real person, please.", "Can I talk to somebody?", "give me a human"),
    "de": ("human", "Mensch", "Mitarbeiter", "Ich möchte mit einem Menschen sprechen", "Bitte einen Menschen",
           "Kann ich mit einem Mitarbeiter sprechen?", "Einen Menschen, bitte", "Kann ich mit jemandem sprechen?"),
    "es": ("human", "humano", "quiero hablar con una persona", "un agente por favor", "Una persona, por favor"),
    "fr": ("human", "humain", "un conseiller", "Je veux parler à une personne", "Je voudrais parler à quelqu\u2019un",
           "un être humain s'il vous plaît", "une personne, s'il vous plaît"),
    "it": ("human", "umano", "operatore", "vorrei parlare con una persona", "Una persona, per favore", "parlare con qualcuno"),
    "nl": ("human", "mens", "medewerker", "Mag ik een medewerker spreken?", "met een mens praten", "kan ik iemand spreken"),
    "pt": ("human", "humano", "atendente", "quero falar com uma pessoa", "falar com alguém", "um humano por favor"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"), [(language, said) for language, every in ASKED.items() for said in every]
)
def test_who_asks_for_a_person_is_understood(language: str, said: str) -> None:
    assert "human" in flags(said)


def test_no_language_that_we_answer_in_is_left_out() -> None:
    assert ASKED.keys() == PHRASES.keys()


@pytest.mark.parametrize(
    "said",
    [
        "I want to return the human anatomy model",
        "The agent was nice, thanks",
        "Which person gets the parcel?",
        "Mein Mitarbeiter hat das Paket angenommen",
        "Ich habe gestern mit einem Mitarbeiter gesprochen",
        "una persona recibió mi pedido",
        "La personne a livré le colis",
        "Ho parlato con un operatore ieri",
        "I spoke to someone yesterday",
        "De medewerker was aardig",
        "O atendente foi simpático",
    ],
)
def test_who_speaks_of_a_person_is_not(said: str) -> None:
    assert "human" not in flags(said)
