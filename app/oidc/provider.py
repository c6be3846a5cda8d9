"""The identity provider as whoever runs this Deskhand describes it, in one file that is read once. Nothing is asked here."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import SettingsError
from connectors.types import Level

VARIABLE = "DESKHAND_OIDC"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Word = Annotated[str, Field(min_length=1, max_length=500)]


class Granted(BaseModel):
    """Who is in that group may do there what the role may."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: Word
    account: Word
    role: Level


class Provider(BaseModel):
    """Where people sign in, who we are there, and what their groups allow. Its repr shows no secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Word
    client_id: Word
    client_secret: str = Field(default="", repr=False)
    """Empty for a public client: PKCE protects the code in any case."""
    name: Word = "your organisation"
    scopes: tuple[Word, ...] = ("openid", "profile", "email")
    claim: Word = "groups"
    """The claim that lists a person's groups, in the ID token or at the userinfo endpoint."""
    roles: Annotated[tuple[Granted, ...], Field(min_length=1)]
    private: bool = False
    """True: the provider may have a private address."""

    def levels(self, groups: Collection[str]) -> Mapping[str, Level]:
        """The highest role that these groups give, by account, in the file's order; whoever is in none gets nothing."""
        found: dict[str, Level] = {}
        for one in self.roles:
            if one.group in groups and (one.account not in found or found[one.account].rank < one.role.rank):
                found[one.account] = one.role
        return found


def provider(file: Path | None) -> Provider | None:
    """What the file says; None without one. Raises SettingsError, which never quotes a value."""
    if file is None:
        return None
    try:
        told = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SettingsError(VARIABLE, "name a readable YAML file: issuer, client_id, client_secret, roles") from error
    return _checked(told)


def secure(url: str, *, like: str) -> bool:
    """Whether nobody on the way reads what goes to that address: TLS, or this machine where the provider itself is here."""
    parts = urlsplit(url)
    here = parts.scheme == "http" and parts.hostname in LOOPBACK and urlsplit(like).hostname in LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or here)


def _checked(told: Any) -> Provider:
    try:
        found = Provider.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        path = ".".join(map(str, first["loc"])) or "the file"
        raise SettingsError(VARIABLE, f"{path}: {first['msg']}") from None
    if not secure(found.issuer, like=found.issuer):
        raise SettingsError(VARIABLE, "issuer has to be https, or http on this machine")
    if "openid" not in found.scopes:
        raise SettingsError(VARIABLE, "scopes have to hold openid")
    return found
