"""Whether a machine wrote a message: auto-responders, bounces, lists, no-reply senders, and ourselves.

Answering one of them starts a loop (RFC 3834), so the gate never does. A wrong yes only means that a human answers.
"""

import re
from collections.abc import Mapping

from app.engine.types import Reason
from connectors.types import Message, Role, Ticket

MARKER = "x-deskhand"
"""The header on mail that we cause, where a vendor lets us set one."""

_ANY_VALUE: Mapping[str, str] = {
    "list-id": "list",
    "list-unsubscribe": "list",
    "list-post": "list",
    "list-help": "list",
    "mailing-list": "list",
    "x-autoreply": "auto_reply",
    "x-autorespond": "auto_reply",
    "x-autoresponder": "auto_reply",
    "x-auto-reply-from": "auto_reply",
    "x-mail-autoreply": "auto_reply",
    "x-failed-recipients": "bounce",
    "x-loop": "loop",
    MARKER: "loop",
}
_VALUES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "auto-submitted": (re.compile(r"(?!\s*no\b)\s*\S"), "auto_reply"),
    "precedence": (re.compile(r"\s*(bulk|junk|list|auto[_-]?reply)\b"), "list"),
    "x-precedence": (re.compile(r"\s*(bulk|junk|list|auto[_-]?reply)\b"), "list"),
    "x-auto-response-suppress": (re.compile(r".*\b(all|autoreply|oof|dr|rn|nrn)\b"), "auto_reply"),
    "content-type": (re.compile(r"\s*(multipart/report|message/(delivery-status|disposition-notification))"), "bounce"),
    "return-path": (re.compile(r"\s*<\s*>\s*$"), "bounce"),
    "from": (re.compile(r".*\b(mailer-daemon|postmaster)@"), "bounce"),
    "x-ms-exchange-inbox-rules-loop": (re.compile(r".*\S"), "auto_reply"),
    "x-ms-exchange-generated-message-source": (re.compile(r".*\S"), "auto_reply"),
    "feedback-id": (re.compile(r".*\S"), "list"),
}
_NO_REPLY = re.compile(
    r"^(no[-_.]?reply|do[-_.]?not[-_.]?reply|donotreply|ne[-_.]?pas[-_.]?repondre|nicht[-_.]?antworten|no[-_.]?responder"
    r"|nao[-_.]?responda|mailer-daemon|postmaster|bounces?|auto[-_.]?(reply|responder|confirm)|notifications?)([-_.+].*)?@",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"^\s*(?:(?:re|aw|sv|fw|fwd)\s*:\s*)*(?:"
    r"out of (?:the )?office|auto(?:matic)?[- ]?(?:reply|response)|autoreply|away from (?:the |my )?(?:office|desk)|on vacation\b"
    r"|abwesenheits?|automatische antwort|nicht im b(?:ü|ue)ro|außer haus"
    r"|r[ée]ponse automatique|absen(?:ce|t)e? du bureau|message d'absence"
    r"|respuesta autom[áa]tica|fuera de (?:la )?oficina|ausente de la oficina"
    r"|resposta autom[áa]tica|fora do escrit[óo]rio|aus[êe]ncia tempor[áa]ria"
    r"|risposta automatica|fuori (?:sede|ufficio)|assenza dall'ufficio"
    r"|automatisch antwoord|afwezig(?:heid)?\b|niet op kantoor"
    r"|odpowied[źz] automatyczna|automatyczna odpowied[źz]|poza biurem"
    r"|autosvar|automatiskt svar|fr[åa]nvaro|ikke til stede|ute av kontoret"
    r"|otomatik yan[ıi]t|ofis d[ıi][şs][ıi]nday[ıi]m"  # noqa: RUF001
    r"|автоматический ответ|автоответ|нет на месте"
    r"|自動応答|自動返信|不在通知|自动回复|自動回覆|자동 ?회신|부재중"
    r")",
    re.IGNORECASE,
)
_BOUNCED = re.compile(
    r"^\s*(?:undeliver(?:able|ed)|delivery status notification|mail delivery (?:failed|system|subsystem)"
    r"|returned mail|failure notice|unzustellbar|non remis|no se puede entregar|message not delivered)",
    re.IGNORECASE,
)
_TEXTS = {
    "auto_reply": "An auto-responder wrote it.",
    "bounce": "It is a bounce.",
    "list": "It came through a mailing list or a bulk sender.",
    "loop": "It is our own message coming back.",
    "no_reply": "The sender takes no answers.",
    "away": "It is an out-of-office notice.",
    "machine": "A machine wrote it.",
}


def why_machine(message: Message, ticket: Ticket, own_addresses: frozenset[str] = frozenset()) -> Reason | None:
    """The first sign that a machine wrote the message, or None; the reason never repeats what it says."""
    kind = (
        _by_author(message, ticket, own_addresses)
        or _by_headers({name.lower(): value for name, value in message.headers.items()})
        or _by_subject(message, ticket)
    )
    return Reason(f"machine_{kind}", _TEXTS[kind]) if kind else None


def _by_author(message: Message, ticket: Ticket, own_addresses: frozenset[str]) -> str:
    addresses = {message.author.email.strip().casefold(), ticket.requester.email.strip().casefold()} - {""}
    if message.author.role is Role.US or addresses & {own.strip().casefold() for own in own_addresses}:
        return "loop"
    if message.author.role is Role.MACHINE:
        return "machine"
    return "no_reply" if any(_NO_REPLY.match(address) for address in addresses) else ""


def _by_headers(headers: Mapping[str, str]) -> str:
    for name, value in headers.items():
        if name in _ANY_VALUE:
            return _ANY_VALUE[name]
        pattern, kind = _VALUES.get(name, (None, ""))
        if pattern and pattern.match(value.casefold()):
            return kind
    sender = re.search(r"[^\s<>]+@[^\s<>]+", headers.get("reply-to", "") or headers.get("from", ""))
    return "no_reply" if sender and _NO_REPLY.match(sender[0]) else ""


def _by_subject(message: Message, ticket: Ticket) -> str:
    """The mail's own subject where the vendor gives it, else the ticket's, which speaks only for its first message."""
    first = bool(ticket.messages) and ticket.messages[0].id == message.id
    subject = message.headers.get("subject") or (ticket.subject if first else "")
    if _AWAY.match(subject):
        return "away"
    return "bounce" if _BOUNCED.match(subject) else ""
