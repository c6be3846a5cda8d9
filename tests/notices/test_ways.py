"""Mail, webhook and pager over real sockets: what arrives, how a repeat is known, and which error means what."""

import socket
from pathlib import Path

import pytest

from app.notices import Mail, Message, Pager, Webhook, ways
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


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.7"], ["169.254.169.254"], ["::ffff:127.0.0.1"]]
)
def test_private_addresses_are_refused_unless_allowed(addresses: list[str]) -> None:
    with web() as sink, pytest.raises(Refused):
        Webhook(addresses=lambda host, port: addresses).send(sink.url, SAID)
    assert sink.got == []


def test_a_name_that_changes_its_mind_leads_nowhere() -> None:
    """DNS rebinding: a name is looked up once for each message, and what was looked at is what is called."""
    asked: list[str] = []

    def fickle(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["192.0.2.1"] if len(asked) > 1 else ["127.0.0.1"]

    with web() as sink:
        address = sink.url.replace("127.0.0.1", "hooks.customer.example")
        with pytest.raises(Refused):
            Webhook(addresses=fickle).send(address, SAID)
        assert asked == ["hooks.customer.example"]
        Webhook(private=True, addresses=lambda host, port: asked.append(host) or ["127.0.0.1"]).send(address, SAID)
    assert len(asked) == 2
    assert len(sink.got) == 1


@pytest.mark.parametrize("address", ["hooks.example/x", "http://", "ftp://hooks.example/x"])
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(Refused):
        Webhook(private=True).send(address, SAID)


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


def test_a_report_has_its_words_and_its_page() -> None:
    report = Message("k", "Yesterday", "10 tickets", page="<p>10 <b>tickets</b></p>")
    with mail() as sink:
        Mail(sink.url, "desk@shop.example").send("ana@shop.example", report)
    assert sink.got[0]["headers"]["Content-Type"].startswith("multipart/alternative")
    plain, page = sink.got[0]["body"]
    assert (plain.get_content_type(), plain.get_payload().strip()) == ("text/plain", "10 tickets")
    assert (page.get_content_type(), page.get_payload().strip()) == ("text/html", "<p>10 <b>tickets</b></p>")


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
