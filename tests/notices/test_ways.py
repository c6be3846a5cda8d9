"""Mail, webhook and pager over real sockets: what arrives, how a repeat is known, and which error means what."""

import socket
from pathlib import Path

import pytest

from app.notices import Mail, Message, Pager, Webhook, ways
from app.notices.ways import is_public
from app.settings import Settings
from connectors.errors import AuthFailed, ConnectorError, RateLimited, Refused, Unavailable
from tests.notices.sinks import mail, web

SAID = Message("key-1", "Deskhand: bug-report,\nurgent", "More of it.")


def test_a_webhook_gets_json_and_a_key_by_which_a_repeat_is_known() -> None:
    with web() as sink:
        Webhook(private=True).send(sink.url, SAID)
        Webhook(private=True).send(sink.url, SAID)
    assert [one["headers"]["Idempotency-Key"] for one in sink.got] == ["key-1", "key-1"]
    assert sink.got[0]["body"] == {"key": "key-1", "subject": SAID.subject, "text": "More of it."}


def test_a_pager_gets_an_event_with_its_key() -> None:
    with web() as sink:
        Pager(sink.url, "route").send("", SAID)
    body = sink.got[0]["body"]
    assert (body["routing_key"], body["event_action"], body["dedup_key"]) == ("route", "trigger", "key-1")
    assert body["payload"] == {"summary": "Deskhand: bug-report, urgent", "source": "deskhand", "severity": "critical"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(500, Unavailable), (503, Unavailable), (429, RateLimited), (401, AuthFailed), (400, Refused), (302, Refused)],
)
def test_a_webhooks_answer_becomes_our_error_and_no_redirect_is_followed(
    status: int, kind: type[ConnectorError]
) -> None:
    with web() as sink, pytest.raises(kind) as failed:
        sink.answers = [status]
        Webhook(private=True).send(sink.url, SAID)
    assert len(sink.got) == 1
    if isinstance(failed.value, RateLimited):
        assert failed.value.retry_after == 7
    assert sink.url not in str(failed.value)


def test_private_addresses_are_refused_unless_allowed() -> None:
    with web() as sink, pytest.raises(Refused, match="private"):
        Webhook().send(sink.url, SAID)
    assert sink.got == []


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("8.8.8.8", True),
        ("", False),
    ],
)
def test_which_addresses_are_public(host: str, public: bool) -> None:
    assert is_public(host) is public


def test_nobody_there_is_no_answer() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable):
        Webhook(private=True).send(f"http://127.0.0.1:{port}/", SAID)
    with pytest.raises(Unavailable):
        Mail(f"smtp://127.0.0.1:{port}", "desk@shop.example").send("ana@shop.example", SAID)


def test_a_mail_names_its_key_and_that_a_machine_wrote_it() -> None:
    with mail() as sink:
        Mail(sink.url, "desk@shop.example").send("ana@shop.example", SAID)
    headers = sink.got[0]["headers"]
    assert headers["Message-ID"] == "<key-1@shop.example>"
    assert (headers["From"], headers["To"], headers["Auto-Submitted"]) == (
        "desk@shop.example",
        "ana@shop.example",
        "auto-generated",
    )
    assert headers["Subject"] == "Deskhand: bug-report, urgent"
    assert "More of it." in sink.got[0]["body"]


def test_a_recipient_whom_the_server_does_not_take_is_refused() -> None:
    with mail() as sink, pytest.raises(Refused):
        sink.answers = [550]
        Mail(sink.url, "desk@shop.example").send("nobody@shop.example", SAID)


def test_only_what_is_set_up_is_there() -> None:
    plain = Settings(Path(), "sqlite://", "redis://nowhere", (b"k" * 32,))
    assert set(ways(plain)) == {"webhook"}
    whole = Settings(
        Path(),
        "sqlite://",
        "redis://nowhere",
        (b"k" * 32,),
        smtp_url="smtp://u:p@mail.example",
        pager_url="https://x.example",
    )
    assert set(ways(whole)) == {"webhook", "email", "pager"}
    assert "p@mail" not in repr(whole)
