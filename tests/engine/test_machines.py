"""Mail that machines send, as header fixtures after real ones, and mail of people that must not be mistaken for it."""

from typing import Any

import pytest

from app.engine.machines import why_machine
from connectors.types import Role
from tests.builders import a_message, a_person, a_ticket

OWN = frozenset({"support@shop.example"})

HEADERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("vacation responder, RFC 3834", "auto_reply", {"auto-submitted": "auto-replied"}),
    ("with parameters", "auto_reply", {"Auto-Submitted": "auto-replied; owner-email=ana@customer.example"}),
    ("cron job", "auto_reply", {"auto-submitted": "auto-generated"}),
    ("upper case", "auto_reply", {"AUTO-SUBMITTED": "Auto-Notified"}),
    ("newsletter", "list", {"precedence": "bulk"}),
    ("majordomo", "list", {"precedence": "list"}),
    ("old vacation", "list", {"precedence": "junk"}),
    ("autoresponder by precedence", "list", {"precedence": "auto_reply"}),
    ("hosted desk", "list", {"x-precedence": "auto_reply"}),
    ("mailman", "list", {"list-id": "<users.lists.example>"}),
    (
        "one-click unsubscribe",
        "list",
        {"list-unsubscribe": "<https://news.example/u/1>", "list-unsubscribe-post": "One-Click"},
    ),
    ("discussion list", "list", {"list-post": "<mailto:users@lists.example>"}),
    ("old list manager", "list", {"mailing-list": "contact users-help@lists.example"}),
    ("bulk sender's feedback loop", "list", {"feedback-id": "1:campaign:mailer"}),
    ("exchange says do not answer", "auto_reply", {"x-auto-response-suppress": "All"}),
    ("exchange, several values", "auto_reply", {"x-auto-response-suppress": "DR, OOF, AutoReply"}),
    ("exchange inbox rule", "auto_reply", {"x-ms-exchange-inbox-rules-loop": "ana@customer.example"}),
    ("exchange mailbox rules agent", "auto_reply", {"x-ms-exchange-generated-message-source": "Mailbox Rules Agent"}),
    ("cpanel", "auto_reply", {"x-autorespond": "Away"}),
    ("plesk", "auto_reply", {"x-autoreply": "yes"}),
    ("autoresponder with a name", "auto_reply", {"x-autoresponder": "simplereply"}),
    ("autoreply from", "auto_reply", {"x-auto-reply-from": "ana@customer.example"}),
    ("webmail autoreply", "auto_reply", {"x-mail-autoreply": "1"}),
    (
        "delivery report, RFC 3464",
        "bounce",
        {"content-type": "multipart/report; report-type=delivery-status; boundary=x"},
    ),
    ("bare delivery status", "bounce", {"content-type": "message/delivery-status"}),
    ("read receipt", "bounce", {"content-type": "multipart/report; report-type=disposition-notification"}),
    ("null sender", "bounce", {"return-path": "<>"}),
    ("failed recipients", "bounce", {"x-failed-recipients": "ana@customer.example"}),
    ("mailer daemon", "bounce", {"from": "Mail Delivery System <MAILER-DAEMON@mx.example>"}),
    ("postmaster", "bounce", {"from": "postmaster@mx.example"}),
    ("looped before", "loop", {"x-loop": "support@shop.example"}),
    ("our own marker", "loop", {"X-Deskhand": "d0123"}),
    ("no-reply in From", "no_reply", {"from": "Shop <no-reply@shop.example>"}),
    ("no-reply in Reply-To", "no_reply", {"from": "Ana <ana@b.example>", "reply-to": "donotreply@b.example"}),
    ("tagged no-reply", "no_reply", {"from": "noreply+123@calendar.example"}),
    ("out of office by its own subject", "away", {"subject": "Out of office: back on Monday"}),
    ("bounce by its own subject", "bounce", {"subject": "Delivery Status Notification (Failure)"}),
)

SUBJECTS = (
    "Out of Office: Re: your order",
    "Automatic reply: your order",
    "Re: Auto-Reply: thanks",
    "Abwesenheitsnotiz: Ihre Bestellung",
    "Automatische Antwort: Ihre Bestellung",
    "Réponse automatique : votre commande",
    "Absence du bureau",
    "Respuesta automática: su pedido",
    "Fuera de la oficina",
    "Resposta automática: o seu pedido",
    "Fora do escritório até segunda",
    "Risposta automatica: ordine",
    "Fuori sede",
    "Automatisch antwoord: bestelling",
    "Odpowiedź automatyczna: zamówienie",
    "Autosvar: bestilling",
    "Otomatik yanıt: sipariş",  # noqa: RUF001
    "Автоматический ответ: заказ",
    "自動応答: ご注文",
    "自动回复：订单",  # noqa: RUF001
    "부재중: 주문",
    "Undeliverable: your order",
    "Mail delivery failed: returning message to sender",
    "Unzustellbar: Ihre Bestellung",
)

PEOPLE: tuple[tuple[str, dict[str, str]], ...] = (
    ("nothing at all", {}),
    ("says it is no machine", {"auto-submitted": "no"}),
    ("says so with a comment", {"Auto-Submitted": "No (a person wrote this)"}),
    ("normal precedence", {"precedence": "normal"}),
    ("exchange suppresses nothing", {"x-auto-response-suppress": "None"}),
    ("ordinary mail", {"content-type": "multipart/alternative; boundary=x", "return-path": "<ana@customer.example>"}),
    ("asks about an automatic reply", {"subject": "Your automatic reply never came"}),
    ("replies to ours", {"subject": "Re: Your order", "from": "Ana <ana@customer.example>"}),
    ("has reply in the name", {"from": "Rosa Noreply-Santos <rosa.noreply@b.example>"}),
    ("a priority", {"x-priority": "1"}),
)

SENDERS = (
    "no-reply@shop.example",
    "NoReply@shop.example",
    "do_not_reply@bank.example",
    "ne-pas-repondre@banque.example",
    "mailer-daemon@mx.example",
    "bounces+12=ana@mail.example",
    "notifications@code.example",
)


def why(headers: dict[str, str] | None = None, **ticket: Any) -> str:
    message = a_message(headers=headers or {})
    reason = why_machine(message, a_ticket(messages=(message,), **ticket), OWN)
    return reason.code.removeprefix("machine_") if reason else "person"


@pytest.mark.parametrize(("kind", "headers"), [(k, h) for _, k, h in HEADERS], ids=[name for name, _, _ in HEADERS])
def test_a_machine_is_known_by_its_headers(kind: str, headers: dict[str, str]) -> None:
    assert why(headers) == kind


@pytest.mark.parametrize("headers", [h for _, h in PEOPLE], ids=[name for name, _ in PEOPLE])
def test_a_person_is_not_taken_for_a_machine(headers: dict[str, str]) -> None:
    assert why(headers) == "person"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_machine_is_known_by_its_subject(subject: str) -> None:
    assert why(subject=subject) in {"away", "bounce"}


@pytest.mark.parametrize(
    "subject", ["I am out of office supplies", "My absence record", "Delivery failed to arrive", ""]
)
def test_a_subject_that_only_sounds_like_one(subject: str) -> None:
    assert why(subject=subject) == "person"


@pytest.mark.parametrize("address", SENDERS)
def test_a_sender_that_takes_no_answer(address: str) -> None:
    assert why(requester=a_person(email=address)) == "no_reply"


@pytest.mark.parametrize("address", ["support@shop.example", " Support@Shop.Example "])
def test_mail_from_our_own_address_is_a_loop(address: str) -> None:
    assert why(requester=a_person(email=address)) == "loop"


@pytest.mark.parametrize(("role", "kind"), [(Role.US, "loop"), (Role.MACHINE, "machine"), (Role.CUSTOMER, "person")])
def test_the_vendor_knows_its_machines(role: Role, kind: str) -> None:
    message = a_message(author=a_person(role=role))
    reason = why_machine(message, a_ticket(), OWN)
    assert (reason.code.removeprefix("machine_") if reason else "person") == kind


def test_a_tickets_subject_speaks_only_for_its_first_message() -> None:
    ticket = a_ticket("I am away until Monday", "I am back: where is my order?", subject="Out of office")
    assert why_machine(ticket.messages[0], ticket)
    assert why_machine(ticket.messages[1], ticket) is None


def test_the_reason_repeats_nothing_of_the_mail() -> None:
    message = a_message(headers={"subject": "Out of office: my secret trip"})
    reason = why_machine(message, a_ticket(messages=(message,)))
    assert reason
    assert "secret" not in reason.text
