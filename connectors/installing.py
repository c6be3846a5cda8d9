"""The contract of an install by OAuth: what a vendor offers beside ``connectors.base`` so that an admin connects it by clicking."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, TypeGuard, runtime_checkable

from connectors.base import Connection, Setting
from connectors.errors import BadPayload, Refused
from connectors.types import Inbound


@dataclass(frozen=True)
class App:
    """Our own app as its operator registered it at a vendor: ``client_id``, ``client_secret`` and what else the vendor wants.

    ``base_url`` is empty but where the vendor is played, or lies behind an address of the operator's own.
    """

    values: Mapping[str, str] = field(repr=False)

    @property
    def client_id(self) -> str:
        """The id under which the vendor knows the app."""
        return self.values.get("client_id", "")

    @property
    def client_secret(self) -> str:
        """The app's secret: it never leaves but for the vendor's token endpoint."""
        return self.values.get("client_secret", "")

    @property
    def base_url(self) -> str:
        """Where the vendor is, when it is not where everybody finds it."""
        return self.values.get("base_url", "").rstrip("/")


@dataclass(frozen=True)
class Asking:
    """One try to install: where the vendor sends the admin back to, and what proves that it is the same try."""

    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    @property
    def challenge(self) -> str:
        """The verifier's SHA-256 as PKCE's ``S256`` wants it."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True)
class Grant:
    """What came of it: a connection's address, settings and secrets. ``name`` is how people call the place there."""

    base_url: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    name: str = ""


class MissingScopes(Refused):
    """The admin, or the vendor, let us do less than we need. ``scopes`` says what is missing; nothing was kept."""

    def __init__(self, scopes: Sequence[str]) -> None:
        super().__init__(f"these permissions were not given: {', '.join(scopes)}")
        self.scopes = tuple(scopes)


class Installable(Protocol):
    """Extra: a vendor whose admins install us on its own consent page."""

    app_settings: ClassVar[tuple[Setting, ...]]
    """What the operator of this Deskhand registered: without the required ones nobody can be sent there."""
    place: ClassVar[Setting | None]
    """What an admin has to say before they can be sent to their own place (a subdomain, a region); None for nothing."""

    @staticmethod
    def consent(app: App, place: str, asking: Asking) -> str:
        """The address of the vendor's consent page. Raises BadPayload for a place that cannot be one: no address is built then."""
        ...

    @staticmethod
    def said(connection: Connection) -> str:
        """What an admin said as ``place`` when that connection was made, to be asked for the same again."""
        ...

    @staticmethod
    def granted(app: App, place: str, asking: Asking, code: str) -> Grant:
        """Trade the code, which works once. Raises AuthFailed where it is not taken, MissingScopes, BadPayload or Unavailable."""
        ...


@runtime_checkable
class Hooked(Protocol):
    """Extra: a vendor whose webhooks can be arranged by its API."""

    def hook(self, url: str) -> Mapping[str, str]:
        """Have every ticket's news sent there, once however often it is asked for; the secrets that sign it."""
        ...

    def unhook(self, url: str) -> None:
        """Have nothing sent there any more; what is gone already is left gone."""
        ...


@runtime_checkable
class Revokes(Protocol):
    """Extra: a vendor that can be told that what its admin granted us is over."""

    def revoke(self) -> None:
        """End the tokens there, and the installation where the vendor has that. Raises a ConnectorError where that is refused."""
        ...


class OneDoor(Protocol):
    """Extra: a vendor that sends the news of every place to one address of the app's."""

    tenant_setting: ClassVar[str]
    """Which of a connection's settings says whose it is."""

    @staticmethod
    def tenants(app: App, request: Inbound) -> Sequence[str]:
        """Whose news it may be, the likeliest first, verified by the app's own secret. Raises BadSignature or BadPayload."""
        ...


def installs(kind: type) -> TypeGuard[type[Installable]]:
    """Whether a connector is Installable: ``issubclass`` takes no protocol that has values."""
    return all(hasattr(kind, name) for name in ("consent", "said", "granted", "app_settings", "place"))


def one_door(kind: type) -> TypeGuard[type[OneDoor]]:
    """Whether a connector is a OneDoor."""
    return all(hasattr(kind, name) for name in ("tenants", "tenant_setting"))


def value(app: App, setting: Setting) -> str:
    """What the operator gave for it. Raises BadPayload where it is needed and missing."""
    given = app.values.get(setting.name, "")
    if setting.required and not given:
        raise BadPayload(setting.name, f"is not set by whoever runs this Deskhand: {setting.help}")
    return given
