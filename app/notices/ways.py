"""The ways by which somebody is told. Each sends once and says by a ConnectorError why not; none holds what a customer wrote."""

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import requests

from app.settings import Settings
from connectors import http
from connectors.errors import AuthFailed, Refused, Unavailable
from connectors.guard import Guarded, Lookup, Reach, lookup

SECONDS = 10.0
"""How long one message may take."""


@dataclass(frozen=True)
class Message:
    """What is sent: a line, perhaps more of them, and the name under which a repeat is known as one."""

    key: str
    subject: str
    text: str = ""
    again: bool = False
    """An earlier attempt may have arrived."""
    page: str = ""
    """The text in HTML, for a way that shows it."""


class Way(Protocol):
    """Brings one message to one address. Where the other side can tell, a message that is sent again arrives once."""

    def send(self, address: str, message: Message) -> None:
        """Send it. Raises a ConnectorError."""
        ...


class Mail:
    """By SMTP, as ``smtp://user:password@host:port`` says; ``smtps`` from the first byte, ``smtp`` by STARTTLS.

    A login is never sent in the clear; only a server on this machine may do without TLS.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._host, self._secure = parts.hostname or "", parts.scheme == "smtps"
        self._port = parts.port or (465 if self._secure else 587)
        self._login = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._sender = sender

    def send(self, address: str, message: Message) -> None:
        """One mail; its Message-ID is the same for a repeat, by which mail servers and programs know it."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, address, _one_line(message.subject)
        mail["Message-ID"] = f"<{message.key}@{self._sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text or message.subject)
        if message.page:
            mail.add_alternative(message.page, subtype="html")
        with self._line() as line:
            line.send_message(mail)

    def check(self) -> None:
        """Whether the server is there and takes our login. Raises a ConnectorError."""
        with self._line() as line:
            line.noop()

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        """The server, with us logged in. What goes wrong is a ConnectorError."""
        try:
            # Closed without a word: what is taken is taken by then, and how the server says goodbye changes nothing.
            with closing(self._reached()) as line:
                if self._login[0]:
                    line.login(*self._login)
                yield line
        except smtplib.SMTPAuthenticationError as error:
            raise AuthFailed("mail: the server does not take our login") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise Refused("mail: the server does not take the recipient") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(f"mail: not taken ({type(error).__name__})") from error

    def _reached(self) -> smtplib.SMTP:
        if self._secure:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=ssl.create_default_context())
        line = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        line.ehlo()
        if line.has_extn("starttls"):
            line.starttls(context=ssl.create_default_context())
            line.ehlo()
        elif self._login[0] and self._host not in ("127.0.0.1", "::1", "localhost"):
            line.close()
            raise AuthFailed("mail: the server offers no TLS, and a login is not sent in the clear")
        return line


class Webhook:
    """By a POST of JSON with ``Idempotency-Key``. Private addresses are refused unless ``private`` allows them.

    The address that was looked at is the one that is called, so a name that changes its mind leads nowhere.
    """

    def __init__(self, *, private: bool = False, addresses: Lookup = lookup) -> None:
        self._reach = Reach.PRIVATE if private else Reach.PUBLIC
        self._addresses = addresses

    def send(self, address: str, message: Message) -> None:
        """One request; redirects are not followed."""
        body = {"key": message.key, "subject": message.subject, "text": message.text}
        with Guarded(self._reach, addresses=self._addresses) as line:
            _post(line, "webhook", address, body, {"Idempotency-Key": message.key})


class Pager:
    """By the events API that on-call pagers share (version 2): ``trigger`` with a ``dedup_key``."""

    def __init__(self, url: str, routing_key: str) -> None:
        self._url = url
        self._routing_key = routing_key

    def send(self, address: str, message: Message) -> None:
        """One event; the pager knows a repeat by its key."""
        payload = {"summary": _one_line(message.subject)[:1024], "source": "deskhand", "severity": "critical"}
        body = {
            "routing_key": self._routing_key,
            "event_action": "trigger",
            "dedup_key": message.key,
            "payload": payload,
        }
        with Guarded(Reach.PRIVATE) as line:
            _post(line, "pager", self._url, body, {})


def ways(settings: Settings) -> Mapping[str, Way]:
    """The ways that this installation is set up for."""
    found: dict[str, Way] = {"webhook": Webhook(private=settings.private_webhooks)}
    if settings.smtp_url:
        found["email"] = Mail(settings.smtp_url, settings.mail_from)
    if settings.pager_url:
        found["pager"] = Pager(settings.pager_url, settings.pager_key)
    return found


def _post(line: requests.Session, what: str, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    try:
        answer = line.post(url, json=body, headers=headers, timeout=SECONDS, stream=True)
    except (
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidSchema,
    ) as error:
        raise Refused(f"{what}: its address is none") from error
    except requests.RequestException as error:
        # The cause is named by its kind: its text holds the address, which may hold a secret.
        raise Unavailable(f"{what}: no answer ({type(error).__name__})") from None
    with answer:
        if failed := http.error(answer.status_code, answer.headers, what):
            raise failed


def _one_line(text: str) -> str:
    return " ".join(text.split())
