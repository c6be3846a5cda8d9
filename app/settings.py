"""Settings: read once from the environment, checked, and handed around. The only file that reads the environment."""

import base64
import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import SettingsError
from app.variables import VARIABLES, key, keys

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
    return_pace: int = 1
    """Tickets a second, the oldest first, that a connection lets through while it is just back."""
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
    anchors: tuple[str, ...] = ()
    """Where the daily signed digests of the audit trail go: ``mailto:``, ``https://`` or ``file://`` each."""
    anchor_authorization: str = field(default="", repr=False)
    audit_keys: tuple[str, ...] = ()
    """Public keys of before, by which older digests are checked."""
    apps_file: Path | None = None
    key_file: Path | None = None
    keys_url: str = field(default="", repr=False)
    """Where the accounts' keys are kept; empty: beside the data, in a file or in tables of their own."""
    key_service: str = ""
    key_service_token: str = field(default="", repr=False)
    key_service_key: str = "deskhand"
    oidc_file: Path | None = None
    log_files: tuple[Path, ...] = ()
    """Log files and folders that are looked through for card data."""
    proxies: int = 0
    """Proxies of the operator's own before the web, whose word on where a request comes from counts."""

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
        served, file = values["key_service"], values["key_file"]
        values["keys"] = values["keys"] or (_given_file(file) if file else ())
        values["keys"] = values["keys"] or (() if served else (_key_file(data_dir / "secret.key"),))
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
    """The environment for a process of ours: this one's, with the places that ``settings`` settled on.

    Numbers are worked on by one thread unless somebody wants more: several processes of ours share a machine, and threads that
    wait for each other took three times the time to train a model on two cores.
    """
    places = {"DESKHAND_DATA_DIR": str(settings.data_dir.absolute()), "DATABASE_URL": settings.database_url}
    ours = {"PORT": str(settings.port), "DESKHAND_HOST": settings.host, "PYTHONUNBUFFERED": "1"}
    return {"OPENBLAS_NUM_THREADS": "1", **os.environ, **places, **ours}


def keep_to_ourselves() -> None:
    """Have the library that runs models tell its makers nothing: it would send figures of its own from the first model on.

    Called before it is loaded; it reads this once.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def from_environment(names: Mapping[str, str]) -> dict[str, str]:
    """The values of those environment variables that are set, by the key they are asked for under."""
    return {key: os.environ[name] for key, name in names.items() if os.environ.get(name)}


# --- the data directory and its key ---------------------------------------------------------------------------


def _make_private(folder: Path) -> None:
    """Create the data directory for us alone. One that exists keeps its own permissions."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            "DESKHAND_DATA_DIR", f"name a folder that can be created and written ({error.strerror})"
        ) from error


def _given_file(path: Path) -> tuple[bytes, ...]:
    """The keys of a file that somebody else wrote."""
    try:
        return keys(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        problem = "name a readable file with 32 random bytes in base64, as `openssl rand -base64 32` prints"
        raise SettingsError("DESKHAND_SECRET_KEY_FILE", problem) from error


def _key_file(path: Path) -> bytes:
    """The key in ``path``, made on first use. Processes that start together end up with the same one."""
    try:
        if not path.exists():
            _write_once(path, base64.b64encode(secrets.token_bytes(32)))
        return key(path.read_text(encoding="ascii").strip())
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
