"""What the doctor looks at in how an installation is watched: its figures, traces and lines, and the ways by which people are told."""

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from urllib.parse import urlsplit

from app import pulse
from app.cli.doctor.finding import Finding, noted
from app.db import accounts, findings
from app.engine.configuration.rules import Contact
from app.errors import UnknownRecord
from app.notices.ways import Mail
from app.reports.compliance import FOLLOWED
from app.services import Services
from app.settings import Settings
from connectors.errors import ConnectorError

SECONDS = 5.0
"""For one question to the web or to a collector."""


def look(settings: Settings) -> Iterator[Finding]:
    """Figures, traces, lines."""
    yield figures(settings)
    yield traces(settings.traces_url)
    shape = "for people" if settings.log_plain else "JSON"
    remedy = "leave DESKHAND_LOG_PLAIN out where programs read them"
    yield noted("lines", f"{shape}, from {settings.log_level} on", remedy, quiet=not settings.log_plain)


def figures(settings: Settings) -> Finding:
    """Whether this machine's web tells them, to whom it should."""
    whom = "whoever shows the token" if settings.metrics_token else "this machine alone"
    if not pulse.signs(pulse.folder(settings.data_dir), "web"):
        return Finding("figures", True, f"for {whom}; no web runs here that could be asked")
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host  # noqa: S104 - compared, not bound
    headers = {"Authorization": f"Bearer {settings.metrics_token}"} if settings.metrics_token else {}
    said = _asked(f"http://{host}:{settings.port}/metrics", headers)
    if said == 200:
        return Finding("figures", True, f"told to {whom}")
    remedy = "start this machine's web again, with the DESKHAND_METRICS_TOKEN, DESKHAND_HOST and PORT that stand here"
    return Finding("figures", False, f"the web's /metrics {_words(said)}", remedy)


def traces(endpoint: str) -> Finding:
    """Whether a collector listens where they are sent."""
    if not endpoint:
        return Finding("traces", True, "none are kept: OTEL_EXPORTER_OTLP_ENDPOINT is empty")
    said = _asked(f"{endpoint.rstrip('/')}/v1/traces", {"Content-Type": "application/x-protobuf"}, b"")
    where = urlsplit(endpoint).netloc.rpartition("@")[2]
    remedy = "see that a collector takes OTLP over HTTP there (OTEL_EXPORTER_OTLP_HEADERS may hold its login); work goes on without"
    return noted("traces", f"{where} {_words(said)}", remedy, quiet=said == 200)


def told(services: Services) -> Iterator[Finding]:
    """What the configurations count on: logs that can be read, mail, a pager."""
    with services.database.reading() as session:
        every = accounts.every(session)
        unread = [one.why for one in findings.scans(session) if one.source.startswith(FOLLOWED) and one.why]
    remedy = "let the user of the workers read it, where each worker runs (docs/compliance.md, Logs)"
    named = f"{len(services.settings.log_files)} places are looked through for card data"
    yield noted("logs", "; ".join(unread) or named, remedy, quiet=not unread)
    contacts = [contact for one in every for contact in _contacts(services, one.id)]
    yield mail(services.settings, sum(bool(one.email) for one in contacts))
    paged = sum(one.pager for one in contacts)
    ready = bool(services.settings.pager_url and services.settings.pager_key)
    text = f"{paged} contacts are paged" + ("" if ready or not paged else ", and there is no pager")
    yield noted("pager", text, "set DESKHAND_PAGER_URL and DESKHAND_PAGER_KEY", quiet=ready or not paged)


def mail(settings: Settings, contacts: int) -> Finding:
    """Whether the mail server is there and takes our login; or whether one is missing."""
    text = f"{contacts} contacts are told by mail"
    if not settings.smtp_url:
        return noted(
            "mail", text + (", and none can be sent" if contacts else ""), "set DESKHAND_SMTP_URL", quiet=not contacts
        )
    try:
        Mail(settings.smtp_url, settings.mail_from).check()
    except ConnectorError as error:
        return Finding(
            "mail",
            False,
            str(error),
            "see DESKHAND_SMTP_URL: scheme, login, host and port, and that this machine may reach them",
        )
    return Finding("mail", True, f"{text}; the server takes our login")


def _contacts(services: Services, account_id: str) -> Iterator[Contact]:
    try:
        yield from services.configuration(account_id).rules.contacts.values()
    except UnknownRecord:
        return


def _asked(url: str, headers: Mapping[str, str], body: bytes | None = None) -> int | str:
    """The status of the answer, or what kind of error there was instead."""
    try:
        request = urllib.request.Request(url, body, dict(headers))  # noqa: S310 - the operator's own addresses
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - the operator's own addresses
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError as error:
        return type(error.reason).__name__
    except (OSError, HTTPException, ValueError) as error:
        return type(error).__name__


def _words(said: int | str) -> str:
    return f"answers {said}" if isinstance(said, int) else f"does not answer ({said})"
