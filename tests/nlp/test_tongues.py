"""Intents in other languages than English: left alone where there are no examples of them, known where there are."""
# ruff: noqa: E501, RUF001 - tables of foreign sentences

from datetime import UTC, datetime

import pytest

from app.nlp.encoder import Encoder
from app.nlp.engine import Engine
from app.nlp.learning import fit
from app.nlp.rows import Example
from tests.nlp.conftest import SHOP, shop_examples

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ASKED = {
    "de": {"order-status": "Wo ist meine Bestellung?", "returns": "Ich möchte die Schuhe zurückschicken", "payment": "Ich wurde zweimal belastet", "": "Haben Sie offene Stellen?"},
    "es": {"order-status": "¿Dónde está mi pedido?", "returns": "Quiero devolver los zapatos", "payment": "Mi tarjeta fue rechazada", "": "¿Qué tiempo hará mañana?"},
    "fr": {"order-status": "Où est ma commande ?", "returns": "Je voudrais renvoyer ces chaussures", "payment": "Ma carte a été refusée", "": "Quel temps fera-t-il demain ?"},
    "it": {"order-status": "Dov'è il mio ordine?", "returns": "Vorrei restituire le scarpe", "payment": "La mia carta è stata rifiutata", "": "Che tempo farà domani?"},
    "pt": {"order-status": "Onde está o meu pedido?", "returns": "Quero devolver os sapatos", "payment": "O meu cartão foi recusado"},
    "nl": {"order-status": "Waar is mijn bestelling?", "returns": "Ik wil de schoenen terugsturen", "payment": "Mijn kaart is geweigerd"},
    "ru": {"order-status": "Где мой заказ?", "returns": "Я хочу вернуть обувь", "payment": "Моя карта отклонена"},
    "ar": {"order-status": "أين طلبي؟", "returns": "أريد إرجاع الحذاء", "payment": "تم رفض بطاقتي"},
    "zh": {"order-status": "我的订单在哪里？", "returns": "我想退货", "payment": "我的银行卡被拒绝了"},
    "ja": {"order-status": "私の注文はどこですか", "returns": "靴を返品したい", "account": "パスワードを忘れました"},
}  # fmt: skip
_STARTS = ("", "Hallo, ", "Bitte helfen Sie: ", "Guten Tag, ", "Kurze Frage, ")
GERMAN = {
    "order-status": ("wo bleibt mein Paket", "meine Sendung ist noch nicht da", "wann wird die Ware geliefert", "die Sendungsverfolgung zeigt nichts", "wurde meine Bestellung verschickt", "das Paket ist verloren"),
    "returns": ("ich möchte die Hose zurückgeben", "wie schicke ich eine Jacke zurück", "ich will mein Geld zurück", "Sie haben die falsche Größe geschickt", "kann ich sie umtauschen", "Rücksendung anmelden"),
    "payment": ("meine Karte wurde abgelehnt", "der Betrag wurde doppelt abgebucht", "die Zahlung geht nicht durch", "warum wurde zweimal abgebucht", "kann ich auf Rechnung zahlen", "die Bank lehnt die Überweisung ab"),
    "account": ("ich habe mein Passwort vergessen", "ich kann mich nicht anmelden", "bitte die Adresse im Konto ändern", "mein Konto löschen", "der Link zum Zurücksetzen geht nicht", "wie ändere ich den Benutzernamen"),
}  # fmt: skip
UNSEEN = (
    ("mein Paket ist immer noch nicht da", "order-status"),
    ("wann kommt meine Sendung", "order-status"),
    ("ich will die Jacke zurückgeben", "returns"),
    ("Sie haben mir die falsche Hose geschickt", "returns"),
    ("es wurde zweimal von meiner Karte abgebucht", "payment"),
    ("meine Zahlung wurde abgelehnt", "payment"),
    ("Passwort vergessen", "account"),
    ("ich kann mich mit meinem Konto nicht mehr anmelden", "account"),
)


@pytest.mark.parametrize("spoken", ASKED)
def test_with_english_examples_only_other_languages_are_left_alone(encoder: Encoder, spoken: str) -> None:
    engine = Engine(fit(SHOP, shop_examples(), encoder), encoder)
    for expected, text in ASKED[spoken].items():
        judgement = engine.read(text, NOW).judgement
        sure = [o.category for o in judgement.opinions if o.automatic and not judgement.out_of_scope]
        assert sure in ([], [expected])


def test_german_examples_teach_german(encoder: Encoder) -> None:
    german = [Example(start + text, (label,)) for label, texts in GERMAN.items() for text in texts for start in _STARTS]
    engine = Engine(fit(SHOP, [*shop_examples(), *german], encoder), encoder)
    said = [engine.read(text, NOW).judgement for text, _ in UNSEEN]
    right = sum(
        not judgement.out_of_scope and judgement.opinions[0].category == label
        for judgement, (_, label) in zip(said, UNSEEN, strict=True)
    )
    assert right >= len(UNSEEN) - 1
