"""An account's limits at the gate: no answer passes that breaks one, whoever wrote it, in whatever language, however it is dressed up."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import evidence
from app.engine.bounds import LIMITS, says_changed, says_paid, tells
from app.engine.configuration import Configuration
from app.engine.duties import DISCLAIMERS, disclaimed, gives_advice
from app.engine.types import Draft, Mode, Work
from connectors.types import Reply
from tests.builders import a_classification, a_draft, a_passage
from tests.engine.desk import Desk, proof, shop

STRICT = {
    "chatbot:\n": "chatbot:\n  limitations: [" + ", ".join(LIMITS) + "]\n"
    "  compliance: {noFinancialAdvice: true, disclaimers: always-show}\n"
}
LIMITED = shop(**STRICT)
IN_MODE = {mode: shop(f"  default: {mode}\n", **STRICT) for mode in ("deflect", "resolve")}
CHANGED = (
    "I've locked your card.",
    "We have changed your address to 12 Main Street.",
    "Your account has been closed.",
    "I will reset your password now.",
    "Ich habe Ihre Karte gesperrt.",
    "Ihr Konto wurde geschlossen.",
    "He bloqueado su tarjeta.",
    "Su cuenta ha sido cerrada.",
    "J'ai bloqué votre carte.",
    "Votre compte a été fermé.",
    "Ho bloccato la tua carta.",
    "Il tuo conto è stato chiuso.",
    "Ik heb uw rekening geblokkeerd.",
    "Bloqueei o seu cartão.",
    "A sua conta foi encerrada.",
)
PAID = (
    "I have transferred $500 to your account.",
    "Your refund has been issued.",
    "We will refund the payment today.",
    "Die Überweisung wurde ausgeführt.",
    "Ich habe Ihnen 500 € überwiesen.",
    "Hemos reembolsado el importe.",
    "La transferencia ha sido realizada.",
    "Nous avons effectué le virement.",
    "Votre paiement a été annulé.",
    "Abbiamo rimborsato 50 €.",
    "Il bonifico è stato eseguito.",
    "De betaling is geannuleerd.",
    "Reembolsamos o valor.",
    "A transferência foi realizada.",
)
ADVICE = (
    "You should buy shares of that company.",
    "We recommend our equity fund.",
    "Guaranteed returns of 12 percent.",
    "Wir empfehlen Ihnen diesen Fonds.",
    "Sie sollten jetzt Aktien kaufen.",
    "Le recomendamos comprar acciones.",
    "Nous vous conseillons d'acheter des actions.",
    "Le consigliamo di comprare azioni.",
    "Wij raden u aan aandelen te kopen.",
    "Recomendamos comprar ações.",
    "Buy bitcoin today.",
)
TOLD = (
    "Your current balance is $2,450.32.",
    "Available Balance: $2,450.32",
    "There is $2,450.32 in your account.",
    "Account ending in **56.",
    "Ihr Kontostand beträgt 2.450,32 €.",
    "Votre solde est de 2 450,32 €.",
    "Su saldo es de 2.450,32 €.",
    "Il tuo saldo è di 2.450,32 €.",
    "Uw saldo is € 2.450,32.",
    "O seu saldo é de 2.450,32 €.",
)
UNREAD = ("Я заблокировал вашу карту.", "您的卡已被锁定。", "تم إغلاق حسابك.", "カードをロックしました。")
HARMLESS = (
    "Your card works abroad wherever you see the sign of its network.",
    "Transfers within Europe arrive the same working day when they are sent before 16:00.",
    "In the app choose Cards, PIN, Change.",
    "We never ask for your PIN, neither in a chat nor on the phone.",
    "A payment shown as pending is booked within two working days.",
    "Unter Karten, PIN können Sie die PIN Ihrer Karte ändern.",
    "Vous pouvez modifier votre adresse dans l'application.",
    "Puede cambiar su dirección en la aplicación.",
    "Withdrawing cash costs 2 euros each time after the third.",
    "If your card was stolen, block it in the app first.",
)
PLAIN = {"quoted": None, "model": None, "workflow": Work("balance"), "template": Work("case")}
"""Who writes."""


def written(text: str, who: str, language: str = "en") -> Draft:
    engine = {"quoted": "extract/2", "model": "model/m", "workflow": "workflow/1:x:1", "template": "workflow/1:y:1"}[
        who
    ]
    made = a_draft(text, passages=(a_passage(text),), engine=engine)
    return disclaimed(replace(made, work=PLAIN[who]), language)


def decided(draft: Draft, configuration: Configuration = LIMITED, **changes: Any) -> Any:
    """With evidence for this very writer and configuration: but for a limit, it is sent."""
    judged = changes.get("classification", a_classification())
    knowledge = "" if draft.work else "k1"
    made_with = evidence.digest(judged.engine, draft.engine, knowledge, configuration.digest)
    record = proof(judged, draft, configuration, digest=made_with)
    return Desk(draft=draft, configuration=configuration, standing={"evidence": (record,)}, **changes).decide()


def replies(decision: Any) -> list[Reply]:
    return [change for change in decision.changes if isinstance(change, Reply)]


@pytest.mark.parametrize("who", PLAIN)
@pytest.mark.parametrize("text", HARMLESS)
def test_what_breaks_no_limit_is_answered(text: str, who: str) -> None:
    decision = decided(written(text, who))
    assert decision.mode is Mode.DEFLECT, decision.reasons
    (reply,) = replies(decision)
    assert any(words in reply.text for words in DISCLAIMERS.values())


@pytest.mark.parametrize("who", PLAIN)
@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (CHANGED, "limit_changes"),
        (PAID, "limit_transactions"),
        (ADVICE, "financial_advice"),
        (TOLD, "limit_unverified"),
    ],
)
def test_what_breaks_a_limit_is_a_persons_in_every_language(texts: tuple[str, ...], code: str, who: str) -> None:
    for text in texts:
        decision = decided(written(text, who))
        assert replies(decision) == [], text
        assert code in {reason.code for reason in decision.reasons}, text


@pytest.mark.parametrize("who", ["quoted", "model"])
@pytest.mark.parametrize("text", UNREAD)
def test_what_cannot_be_read_is_a_persons(text: str, who: str) -> None:
    assert replies(decided(written(text, who))) == []


def test_a_language_without_patterns_is_a_persons() -> None:
    polish = a_classification(language="pl")
    assert replies(decided(written("Zablokowałem kartę.", "model"), classification=polish)) == []


def test_who_has_proven_to_be_the_customer_reads_their_balance() -> None:
    for text in TOLD:
        draft = written(text, "workflow")
        proven = replace(draft, work=replace(PLAIN["workflow"], proven=True))
        assert len(replies(decided(proven))) == 1, text


def test_each_limit_is_its_own() -> None:
    for limit, texts in zip(LIMITS, (CHANGED, PAID, ADVICE, TOLD), strict=True):
        alone = shop(**{"chatbot:\n": f"chatbot:\n  limitations: [{limit}]\n"})
        for text in texts:
            assert replies(decided(written(text, "model"), alone)) == [], text
        others = shop(**{"chatbot:\n": "chatbot:\n  limitations: [" + ", ".join(set(LIMITS) - {limit}) + "]\n"})
        assert sum(bool(replies(decided(written(text, "model"), others))) for text in texts) > len(texts) / 2


def test_without_limits_nothing_of_it_is_held_back() -> None:
    for text in (*CHANGED, *PAID, *TOLD):
        assert len(replies(decided(written(text, "model"), shop()))) == 1, text


def test_an_answer_without_the_disclaimer_does_not_leave() -> None:
    bare = a_draft("Choose Cards, PIN, Change.", passages=(a_passage("Choose Cards, PIN, Change."),))
    decision = decided(bare)
    assert replies(decision) == []
    assert "undisclaimed" in {reason.code for reason in decision.reasons}


def test_where_only_approved_words_leave_neither_page_nor_model_is_sent() -> None:
    strict = shop(**{"chatbot:\n": "chatbot:\n  compliance: {approved Responses: required}\n"})
    for who in ("quoted", "model"):
        assert replies(decided(written(HARMLESS[0], who), strict)) == []
    assert len(replies(decided(written(HARMLESS[0], "workflow"), strict))) == 1


# --- dressed up ---------------------------------------------------------------------------------------------

DRESSES = (
    str,
    str.upper,
    lambda text: text.replace(" ", "\u00a0"),
    "\u200b".join,
    lambda text: text.replace(" ", "  "),
    lambda text: f"**{text}**",
    lambda text: " ".join(f"*{word}*" for word in text.split()),
    lambda text: f"1. {text}",
    lambda text: f"> {text}",
    lambda text: f"([{text}](https://example.com))",
    lambda text: text.replace("'", "\u2019"),
)


@given(
    bad=st.sampled_from((*CHANGED, *PAID, *ADVICE, *TOLD)),
    around=st.lists(st.sampled_from(HARMLESS), max_size=4),
    place=st.integers(0, 4),
    dress=st.tuples(st.sampled_from(DRESSES), st.sampled_from([" ", "\n", "\n\n", "\n- "])),
    who=st.sampled_from(sorted(PLAIN)),
    language=st.sampled_from(sorted(DISCLAIMERS)),
    mode=st.sampled_from(["deflect", "resolve"]),
)
@settings(max_examples=60, deadline=None)
def test_nothing_that_breaks_a_limit_passes_the_gate(
    bad: str, around: list[str], place: int, dress: Any, who: str, language: str, mode: str
) -> None:
    dressed, between = dress
    said = between.join([*around[:place], dressed(bad), *around[place:]])
    assert replies(decided(written(said, who, language), IN_MODE[mode])) == []


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert {says_changed(text), says_paid(text), tells(text), gives_advice(text)} <= {True, False}
