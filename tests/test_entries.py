"""The ways in for what strangers write, each with what it must not become: another address, a program, a header, a line, a formula."""

import csv
import io
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app import logs
from app.cli import files
from app.engine.conditions import condition
from app.engine.configuration import ConfigurationError, load
from app.engine.formulas import FormulaError, formula
from app.engine.grammar import ConditionError
from app.engine.templates import sandbox, words
from app.errors import BadInput
from app.kb.sources.pdf import of_pdf
from app.kb.sources.types import Unreadable
from app.kb.sources.web import Site
from app.nlp.clean import clean
from app.nlp.personal import mask
from app.notices.ways import Mail, Message, Webhook
from app.oidc.client import Client
from app.oidc.errors import ProviderAway
from app.oidc.provider import Provider
from app.reports.trails import harmless
from connectors.base import Connection
from connectors.errors import BadPayload, Refused, Unavailable
from connectors.guard import Guarded
from connectors.installing import App
from connectors.intercom.markup import to_html
from connectors.openapi.document import read as read_openapi
from connectors.rest import Call, Rest
from connectors.slack.blocks import mrkdwn
from connectors.zendesk import oauth as zendesk
from connectors.zendesk.text import rich

ROOT = Path(__file__).parents[1]

# --- addresses: server-side request forgery ---------------------------------------------------------------------------

SPELLINGS = (
    "169.254.169.254",
    "2852039166",
    "0xA9FEA9FE",
    "0251.0376.0251.0376",
    "169.254.43518",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "10.0.0.1",
    "192.168.0.1",
    "0x7f.1",
    "0",
    "2130706433",
    "100.100.100.200",
    "127.0.0.1.",
)
"""Of machines that only our own network reaches: metadata services, private networks, this machine by another name."""
NO = (Refused, Unreadable, BadInput, BadPayload, ProviderAway, Unavailable)


def _backend(url: str) -> object:
    rest = Rest("shop", Connection("c", url, {}, {}), url, ("user", "secret"))
    return rest.send(Call("GET", "/x", "GET /x"))


def _provider(url: str) -> object:
    roles = [{"group": "g", "account": "a", "role": "lead"}]
    return Client(Provider.model_validate({"issuer": url, "client_id": "c", "roles": roles})).metadata()


ASKED: Mapping[str, Callable[[str], object]] = {
    "a guarded session": lambda url: Guarded().get(url, timeout=1),
    "a backend": _backend,
    "a public file that a backend names": lambda url: Rest(
        "shop", Connection("c", "https://shop.example", {}, {}), "https://shop.example", ("u", "p")
    ).fetch(url, "a label"),
    "knowledge": lambda url: Site(f"{url}/sitemap.xml"),
    "an OpenAPI file by its address": lambda url: files._fetched("api", url),
    "a contact's webhook": lambda url: Webhook().send(url, Message("k", "s")),
    "an identity provider": _provider,
}


@pytest.mark.parametrize("entry", ASKED)
def test_no_spelling_of_a_private_address_is_called(entry: str) -> None:
    for spelling in SPELLINGS:
        with pytest.raises(NO):
            ASKED[entry](f"https://{spelling}")


@pytest.mark.parametrize(
    "place",
    [
        "acme.evil.example/",
        "acme/../",
        "acme@evil.example",
        "acme:8080",
        "127.0.0.1",
        "acme#",
        "acme%2f",
        "ácme",
        "",
        "-acme",
    ],
)
def test_a_subdomain_that_somebody_typed_is_no_address(place: str) -> None:
    with pytest.raises(BadPayload):
        zendesk.base(App({"client_id": "x"}), place)


# --- programs: templates and expressions ------------------------------------------------------------------------------

TEMPLATES = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ name.__init__.__globals__ }}",
    "{{ name | attr('__class__') }}",
    "{% for x in range(999999999) %}{% endfor %}",
    "{{ 'a' * 999999999 }}",
    "{{ ''.format(**{}) }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__ }}",
    "{{ self }}",
    "{% set name = 1 %}{{ name }}",
)


@pytest.mark.parametrize("source", TEMPLATES)
def test_a_template_runs_nothing(source: str) -> None:
    with pytest.raises((sandbox.TemplateError, sandbox.MissingField, words.HostileField)):
        sandbox.told(source, {"name": "Ana"}, "en")


def test_what_a_customer_is_called_is_no_template_either() -> None:
    for name in (*TEMPLATES, "{{ secret }}", "{# #}"):
        assert "49" not in sandbox.told("Hello {{ name }}", {"name": f"{name}{{{{7*7}}}}", "secret": "S"}, "en")


EXPRESSIONS = (
    "__import__('os').system('id')",
    "().__class__.__bases__[0].__subclasses__()",
    "9**9**9**9",
    "'a' * 10**9",
    "[x for x in (1,)]",
    "lambda: 1",
    "open('/etc/passwd')",
    "a.b.c",
    "1; import os",
    "(" * 500 + "1" + ")" * 500,
)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_is_weighed_and_never_run(text: str) -> None:
    with pytest.raises(ConditionError):
        condition(text, {})
    with pytest.raises(FormulaError):
        formula(text, {"a"})


# --- files that grow --------------------------------------------------------------------------------------------------

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
DEEP = "[" * 2000 + "]" * 2000


@pytest.mark.parametrize(
    "text", [LAUGHS, DEEP, "{" * 2000, "- " * 2000, "!!python/object/apply:os.system [id]", "a: " + "x" * 1_100_000]
)
def test_a_configuration_or_api_that_grows_is_refused_at_once(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(ConfigurationError):
        load(text, name="x.yaml")
    with pytest.raises(BadPayload):
        read_openapi(text)
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n" + b"<<" * 50_000, b"not a pdf", b"%PDF-1.4\n1 0 obj\n<</Length 9999999999>>\nstream\n"]
)
def test_a_pdf_that_is_none_ends_with_a_word(content: bytes) -> None:
    with pytest.raises(Unreadable):
        of_pdf(content, seconds=5)


# --- markup, by every vendor's rules ----------------------------------------------------------------------------------

MARKUP = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> <b>bold</b> [x](javascript:alert(1)) ![y](data:text/html,z)"
)
VENDORS: Mapping[str, Callable[[str], str]] = {"intercom": to_html, "zendesk": rich}


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_we_quote_is_text_in_a_hosts_page(vendor: str) -> None:
    shown = VENDORS[vendor](MARKUP).lower()
    assert "<script" not in shown and "<img" not in shown and "<b>" not in shown
    assert 'href="javascript' not in shown and "data:text" not in shown.replace("(data:text", "")


def test_what_we_quote_calls_nobody_in_a_channel() -> None:
    shown = mrkdwn("<!channel> <@U123> <!here|x> <https://evil.example|your bank> & <")
    assert not [one for one in ("<!channel", "<@U", "<!here", "<https://evil") if one in shown]


# --- headers, lines, formulas -----------------------------------------------------------------------------------------


def test_a_subject_is_one_line_of_a_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    mail = Mail("smtp://127.0.0.1:1", "desk@example.com")
    monkeypatch.setattr(mail, "_line", lambda: nullcontext(SimpleNamespace(send_message=sent.append)))
    mail.send("lead@example.com", Message("k1", "Broken\r\nBcc: victim@example.com\n\nBody", "text"))
    [told] = sent
    assert told["Bcc"] is None and "\n" not in told["Subject"] and list(told.keys()).count("To") == 1


LINES = ('x\n{"level": "critical"}', "x\r\nforged", "x\u2028y", "\x1b[2J\x1b[31mred", "x\x00y")


@pytest.mark.parametrize("form", [logs.JsonLines, logs.PlainLines])
@pytest.mark.parametrize("words", LINES)
def test_a_log_line_is_one_line(form: type[logging.Formatter], words: str) -> None:
    record = logging.makeLogRecord(
        {"msg": words, "levelno": 30, "levelname": "WARNING", "ticket": words, "name": "urllib3"}
    )
    line = form().format(record)
    assert len(line.splitlines()) == 1 or "\u2028" in line
    assert "\n" not in line and "\r" not in line and "\x1b" not in line and "\x00" not in line


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']
)
def test_a_cell_is_no_formula(cell: str) -> None:
    assert harmless(cell).startswith("'")


def test_every_sheet_of_ours_is_written_in_one_place() -> None:
    writing = [file for file in (ROOT / "app").rglob("*.py") if "csv.writer" in file.read_text("utf-8")]
    assert [file.name for file in writing] == ["trails.py"], "another sheet has to go through `harmless`"
    line = io.StringIO()
    csv.writer(line).writerow([harmless("=1"), "a,b"])
    assert line.getvalue() == '\'=1,"a,b"\r\n'


# --- patterns that take for ever --------------------------------------------------------------------------------------

SIZE = 6_000
LONG = {
    "letters": "a" * SIZE + "!",
    "digits": "1" * SIZE,
    "spaced digits": "1 " * (SIZE // 2),
    "addresses": "a@" * (SIZE // 2),
    "dots": "a." * (SIZE // 2),
    "tags": "<a " * (SIZE // 3),
    "spaces": " " * SIZE + "x",
    "lines": "\n" * SIZE + "x",
    "quotes": "> " * (SIZE // 2),
    "urls": "http://" * (SIZE // 7),
    "accounts": "DE44 " * (SIZE // 5),
    "keys": "key=" * (SIZE // 4),
    "headers": "From: a\n" * (SIZE // 8),
    "links": "[x](" * (SIZE // 4),
    "stars": "*a" * (SIZE // 2),
}
READERS: Mapping[str, Callable[[str], object]] = {
    "clean": clean,
    "mask": mask,
    "intercom": to_html,
    "zendesk": rich,
    "slack": mrkdwn,
}


@pytest.mark.parametrize("reader", READERS)
def test_no_text_of_a_stranger_takes_long(reader: str) -> None:
    took = {}
    for name, text in LONG.items():
        begun = time.process_time()
        READERS[reader](text)
        took[name] = time.process_time() - begun
    assert {name: seconds for name, seconds in took.items() if seconds > 3.0} == {}
