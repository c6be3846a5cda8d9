"""Settings: read once from the environment, checked, and handed around. The only file that reads the environment."""

import base64
import binascii
import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import SettingsError

SOCKET_PATH_LIMIT = 100
"""Bytes; the kernel's own limit for a Unix socket's path is 104 to 108."""


@dataclass(frozen=True)
class Settings:
    """What this installation is told from outside. Build it with ``load``; tests build it directly."""

    data_dir: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)
    """32 bytes each. The first seals; all of them open what was sealed before."""
    own_broker: bool = True
    """True when no REDIS_URL is set: ``deskhand up`` then runs its own broker in the data directory."""
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 2
    web_processes: int = 1
    web_threads: int = 8
    max_body: int = 2 << 20
    """Bytes that a webhook's body may have."""
    lease_seconds: int = 60
    """How long a run that says nothing more keeps its ticket: longer than any single step of it."""
    unanswered_seconds: int = 120
    """How long an attempt whose run vanished may still take effect at a vendor."""
    job_timeout: int = 120
    """Seconds after which a job is given up; also how long a stopping worker may take to finish."""
    log_level: str = "INFO"
    log_plain: bool = False
    drain_seconds: int = 30
    """How long a process that was asked to end may go on with what it has in hand."""
    metrics_token: str = field(default="", repr=False)
    """Who may read ``/metrics`` from elsewhere; empty: this machine alone."""
    traces_url: str = ""
    """The collector that traces go to, OTLP over HTTP; empty: nothing is traced."""
    model_file: Path | None = None
    """The sentence model's ONNX file; None for the one that was installed with Deskhand."""
    model_sha256: str = ""
    """Of that file; empty for the digest that is pinned in the code."""
    model_url: str = ""
    """Where language models are asked; empty, with no file of models, means that none ever is."""
    model_key: str = field(default="", repr=False)
    models_file: Path | None = None
    model_seconds: int = 25
    """For everything that one draft asks; a ticket's lease is 60."""
    ticket_tokens: int = 40_000
    requester_tokens: int = 200_000
    day_tokens: int = 5_000_000
    smtp_url: str = field(default="", repr=False)
    """Where mail to the account's own people is handed in; empty: nobody is told by mail."""
    mail_from: str = "deskhand@localhost"
    pager_url: str = ""
    public_url: str = ""
    pager_key: str = field(default="", repr=False)
    private_webhooks: bool = False
    apps_file: Path | None = None
    oidc_file: Path | None = None

    @property
    def broker_socket(self) -> Path:
        """Where the embedded broker listens. A data directory too deep for a socket gets one in the temporary folder."""
        wanted = self.data_dir.absolute() / "broker.sock"
        if len(os.fsencode(wanted)) <= SOCKET_PATH_LIMIT:
            return wanted
        short = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"deskhand-{os.getuid()}-{short}" / "broker.sock"

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment (or ``environ``). Creates the data directory and, when no key is given, a key file there.

        Raises SettingsError, which names the variable and what would be right, and never shows a secret's value.
        """
        given = os.environ if environ is None else environ
        values: dict[str, Any] = {v.field: v.value(given) for v in VARIABLES}
        data_dir: Path = values["data_dir"]
        _make_private(data_dir)
        values["keys"] = values["keys"] or (_key_file(data_dir / "secret.key"),)
        values["database_url"] = values["database_url"] or f"sqlite:///{data_dir.absolute() / 'deskhand.db'}"
        values["own_broker"] = not values["redis_url"]
        values["redis_url"] = values["redis_url"] or f"unix://{cls(**values).broker_socket}"
        return cls(**values)


def sentence_model(environ: Mapping[str, str] | None = None) -> tuple[Path | None, str]:
    """The sentence model's file and digest alone: nothing is created for who needs no more. Raises SettingsError."""
    given = os.environ if environ is None else environ
    values = {v.field: v.value(given) for v in VARIABLES if v.field in ("model_file", "model_sha256")}
    return values["model_file"], values["model_sha256"]


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment for a process of ours: this one's, with the places that ``settings`` settled on."""
    places = {"DESKHAND_DATA_DIR": str(settings.data_dir.absolute()), "DATABASE_URL": settings.database_url}
    ours = {"PORT": str(settings.port), "DESKHAND_HOST": settings.host, "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **places, **ours}


def from_environment(names: Mapping[str, str]) -> dict[str, str]:
    """The values of those environment variables that are set, by the key they are asked for under."""
    return {key: os.environ[name] for key, name in names.items() if os.environ.get(name)}


# --- reading one variable -------------------------------------------------------------------------------------


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


def _digest(text: str) -> str:
    if text and (len(text) != 64 or not set(text.lower()) <= set("0123456789abcdef")):
        raise ValueError("give 64 hexadecimal digits, as `sha256sum` prints them")
    return text.lower()


def _level(text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("give DEBUG, INFO, WARNING or ERROR")
    return text.upper()


def _keys(text: str) -> tuple[bytes, ...]:
    return tuple(_key(part.strip()) for part in text.split(",") if part.strip())


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise ValueError(
            "give 32 random bytes in base64, as `openssl rand -base64 32` prints; several, newest first, by commas"
        )
    return key


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
        _keys,
        "",
        "32 bytes in base64 that seal stored secrets; several by commas, newest first. Empty: a key file in the data directory.",
    ),
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


# --- the data directory and its key ---------------------------------------------------------------------------


def _make_private(folder: Path) -> None:
    """Create the data directory for us alone. One that exists keeps its own permissions."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            "DESKHAND_DATA_DIR", f"name a folder that can be created and written ({error.strerror})"
        ) from error


def _key_file(path: Path) -> bytes:
    """The key in ``path``, made on first use. Processes that start together end up with the same one."""
    try:
        if not path.exists():
            _write_once(path, base64.b64encode(secrets.token_bytes(32)))
        return _key(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        problem = (
            "set it, or make the key file in the data directory readable: without it stored secrets cannot be opened"
        )
        raise SettingsError("DESKHAND_SECRET_KEY", problem) from error


def _write_once(path: Path, content: bytes) -> None:
    """Create ``path`` whole and 0600, or leave the one that another process made meanwhile."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.link(name, path)
    except FileExistsError:
        return
    finally:
        Path(name).unlink()
