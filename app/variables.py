"""Every environment variable: its name, how it is read and checked, its row in ``.env.example``. Reads no environment itself."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import SettingsError


@dataclass(frozen=True)
class Variable:
    """One environment variable: the row in the README and in ``.env.example``, and how it is read."""

    name: str
    field: str
    read: Callable[[str], Any]
    default: str
    help: str

    def value(self, environ: Mapping[str, str]) -> Any:
        """The checked value, or the default's."""
        text = environ.get(self.name, "").strip() or self.default
        try:
            return self.read(text)
        except ValueError as error:
            raise SettingsError(self.name, str(error)) from error


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"give a whole number from {least} to {most}")
        return int(text)

    return read


def _address(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text and text.partition("://")[0] not in schemes:
            raise ValueError(f"give an address that begins with {' or '.join(s + '://' for s in schemes)}")
        return text

    return read


def _database(text: str) -> str:
    """Plain ``postgres://`` and ``postgresql://`` addresses, as hosting providers hand them out, mean psycopg 3."""
    scheme, mark, rest = text.partition("://")
    if scheme in ("postgres", "postgresql"):
        return f"postgresql+psycopg{mark}{rest}"
    return _address("sqlite", "postgresql+psycopg")(text)


def _switch(text: str) -> bool:
    if text.casefold() not in ("yes", "no"):
        raise ValueError("give yes or no")
    return text.casefold() == "yes"


def _file(text: str) -> Path | None:
    return Path(text) if text else None


def _paths(text: str) -> tuple[Path, ...]:
    return tuple(Path(part.strip()) for part in text.split(",") if part.strip())


def _digest(text: str) -> str:
    if text and (len(text) != 64 or not set(text.lower()) <= set("0123456789abcdef")):
        raise ValueError("give 64 hexadecimal digits, as `sha256sum` prints them")
    return text.lower()


def _public_keys(text: str) -> tuple[str, ...]:
    return tuple(_digest(part.strip()) for part in text.split(",") if part.strip())


def _places(text: str) -> tuple[str, ...]:
    places = tuple(part.strip() for part in text.split(",") if part.strip())
    for one in places:
        if not re.fullmatch(r"mailto:[^@\s]+@[^@\s]+|https?://\S+|file:///\S+", one):
            raise ValueError("give mailto:somebody@example.com, https://..., or file:///folder, by commas")
    return places


def _level(text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("give DEBUG, INFO, WARNING or ERROR")
    return text.upper()


def keys(text: str) -> tuple[bytes, ...]:
    """Keys by commas, the newest first. Raises ValueError."""
    return tuple(key(part.strip()) for part in text.split(",") if part.strip())


def key(text: str) -> bytes:
    """One key of 32 bytes, from base64 of either alphabet. Raises ValueError."""
    try:
        found = base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != 32:
        raise ValueError(
            "give 32 random bytes in base64, as `openssl rand -base64 32` prints; several, newest first, by commas"
        )
    return found


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "DESKHAND_DATA_DIR", "data_dir", Path, ".data", "Where the SQLite file, the broker's files and the key live."
    ),
    Variable("DATABASE_URL", "database_url", _database, "", "PostgreSQL, or empty for SQLite in the data directory."),
    Variable(
        "REDIS_URL",
        "redis_url",
        _address("redis", "rediss", "unix"),
        "",
        "Redis or Valkey, or empty for the embedded broker in the data directory.",
    ),
    Variable(
        "DESKHAND_SECRET_KEY",
        "keys",
        keys,
        "",
        "32 bytes in base64 that seal stored secrets; several by commas, newest first. Empty: a key file in the data directory.",
    ),
    Variable(
        "DESKHAND_SECRET_KEY_FILE",
        "key_file",
        _file,
        "",
        "A file that holds those keys instead, as a secret is mounted.",
    ),
    Variable(
        "DESKHAND_KEYS_URL",
        "keys_url",
        _database,
        "",
        "The database of the accounts' keys, which is backed up apart from the data; empty: keys.db beside SQLite, else tables keyring_*.",
    ),
    Variable(
        "DESKHAND_KEY_SERVICE",
        "key_service",
        _address("http", "https"),
        "",
        "A key service with Vault's transit API that wraps the accounts' keys; empty: DESKHAND_SECRET_KEY does.",
    ),
    Variable("DESKHAND_KEY_SERVICE_TOKEN", "key_service_token", str, "", "Its token."),
    Variable("DESKHAND_KEY_SERVICE_KEY", "key_service_key", str, "deskhand", "The name of the key there."),
    Variable("DESKHAND_HOST", "host", str, "127.0.0.1", "The address that the web listens on."),
    Variable("PORT", "port", _number(1, 65535), "8080", "The port that the web listens on."),
    Variable("DESKHAND_WORKERS", "workers", _number(1, 64), "2", "Worker processes that `deskhand up` runs."),
    Variable(
        "DESKHAND_WEB_PROCESSES",
        "web_processes",
        _number(1, 64),
        "1",
        "Web processes: one is best on SQLite, whose threads save together; on PostgreSQL one for each core.",
    ),
    Variable("DESKHAND_WEB_THREADS", "web_threads", _number(1, 64), "8", "Threads in each web process."),
    Variable(
        "DESKHAND_MAX_BODY", "max_body", _number(1024, 64 << 20), str(2 << 20), "Bytes that a webhook's body may have."
    ),
    Variable(
        "DESKHAND_LEASE_SECONDS",
        "lease_seconds",
        _number(10, 3600),
        "60",
        "Seconds after which a ticket whose worker died is taken over.",
    ),
    Variable(
        "DESKHAND_UNANSWERED_SECONDS",
        "unanswered_seconds",
        _number(10, 3600),
        "120",
        "Seconds after which a change whose worker died is looked up at the vendor and, if it is not there, made again.",
    ),
    Variable(
        "DESKHAND_RETURN_PACE",
        "return_pace",
        _number(1, 50),
        "1",
        "Tickets a second that a connection lets through when its vendor was away; each takes about four calls there.",
    ),
    Variable("DESKHAND_JOB_TIMEOUT", "job_timeout", _number(5, 3600), "120", "Seconds after which a job is given up."),
    Variable(
        "DESKHAND_DRAIN_SECONDS",
        "drain_seconds",
        _number(1, 3600),
        "30",
        "Seconds to finish what is in hand at SIGTERM.",
    ),
    Variable("DESKHAND_LOG_LEVEL", "log_level", _level, "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Variable("DESKHAND_LOG_PLAIN", "log_plain", _switch, "no", "yes: lines for people at a terminal instead of JSON."),
    Variable(
        "DESKHAND_LOG_FILES",
        "log_files",
        _paths,
        "",
        "Log files and folders, by commas, that are looked through for card data as they grow: see docs/compliance.md.",
    ),
    Variable("DESKHAND_METRICS_TOKEN", "metrics_token", str, "", "Who may read /metrics; empty: this machine alone."),
    Variable(
        "OTEL_EXPORTER_OTLP_ENDPOINT", "traces_url", _address("http", "https"), "", "Where traces go; empty: nowhere."
    ),
    Variable(
        "DESKHAND_MODEL_FILE",
        "model_file",
        _file,
        "",
        "The ONNX file of all-MiniLM-L6-v2 that compares meanings; empty: the one that was installed with Deskhand.",
    ),
    Variable(
        "DESKHAND_MODEL_SHA256",
        "model_sha256",
        _digest,
        "",
        "That file's SHA-256, which is verified at start; empty: the pinned one of the installed file.",
    ),
    Variable(
        "DESKHAND_MODEL_URL",
        "model_url",
        _address("http", "https"),
        "",
        "The OpenAI-compatible endpoint that writes drafts; empty: no language model is asked.",
    ),
    Variable("DESKHAND_MODEL_KEY", "model_key", str, "", "The endpoint's key."),
    Variable(
        "DESKHAND_MODELS",
        "models_file",
        _file,
        "",
        "A YAML file with the models behind the names that configurations use: addresses, keys, prices, tasks.",
    ),
    Variable(
        "DESKHAND_MODEL_SECONDS", "model_seconds", _number(2, 30), "25", "Seconds for all that one draft asks a model."
    ),
    Variable("DESKHAND_TICKET_TOKENS", "ticket_tokens", _number(0, 10**9), "40000", "Tokens that one ticket may take."),
    Variable(
        "DESKHAND_REQUESTER_TOKENS",
        "requester_tokens",
        _number(0, 10**9),
        "200000",
        "Tokens that one requester's tickets may take in a day.",
    ),
    Variable(
        "DESKHAND_DAY_TOKENS", "day_tokens", _number(0, 10**10), "5000000", "Tokens that one account may take in a day."
    ),
    Variable(
        "DESKHAND_SMTP_URL",
        "smtp_url",
        _address("smtp", "smtps"),
        "",
        "Mail to your people: smtps://user:password@host:465.",
    ),
    Variable("DESKHAND_MAIL_FROM", "mail_from", str, "deskhand@localhost", "The sender of that mail."),
    Variable(
        "DESKHAND_PUBLIC_URL",
        "public_url",
        _address("http", "https"),
        "",
        "Where the web is reached from outside: for the links by which people approve what a workflow proposes.",
    ),
    Variable(
        "DESKHAND_PAGER_URL", "pager_url", _address("http", "https"), "", "The on-call pager's events API, version 2."
    ),
    Variable("DESKHAND_PAGER_KEY", "pager_key", str, "", "The pager's routing key."),
    Variable(
        "DESKHAND_PRIVATE_WEBHOOKS",
        "private_webhooks",
        _switch,
        "no",
        "yes: contacts may have webhooks at private addresses.",
    ),
    Variable(
        "DESKHAND_ANCHORS",
        "anchors",
        _places,
        "",
        "Where the audit trail's daily signed digest goes, by commas: mailto:, file:///folder, or https:// (PUT; {name} is the file's).",
    ),
    Variable("DESKHAND_ANCHOR_AUTHORIZATION", "anchor_authorization", str, "", "The Authorization header of that PUT."),
    Variable(
        "DESKHAND_AUDIT_KEYS",
        "audit_keys",
        _public_keys,
        "",
        "Public keys of before (64 hexadecimal digits, by commas), by which older digests and ends of the trail are checked.",
    ),
    Variable(
        "DESKHAND_PROXIES",
        "proxies",
        _number(0, 5),
        "0",
        "How many proxies of yours stand before the web: so many of X-Forwarded-For and -Proto are believed.",
    ),
    Variable(
        "DESKHAND_APPS",
        "apps_file",
        _file,
        "",
        "A YAML file with our own apps at the vendors (client_id, client_secret): admins then connect by clicking.",
    ),
    Variable(
        "DESKHAND_OIDC",
        "oidc_file",
        _file,
        "",
        "A YAML file with your identity provider (OpenID Connect) and what its groups may do: people sign in by it.",
    ),
)
