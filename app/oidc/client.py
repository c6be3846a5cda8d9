"""The provider over HTTP: what it says of itself, its keys, and a code traded for who somebody is. Every call is guarded and bounded."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from urllib3.exceptions import HTTPError

from app.oidc import tokens
from app.oidc.errors import ProviderAway, Untrusted
from app.oidc.provider import Provider, secure
from app.oidc.tokens import Claims
from connectors.errors import Refused
from connectors.guard import Guarded, Lookup, lookup, reach

WELL_KNOWN = "/.well-known/openid-configuration"
FRESH = 3600.0
"""Seconds for which what the provider says of itself, and its keys, are believed without asking again."""
ANEW = 30.0
"""Seconds between two questions for keys that a token's unknown key leads to: strangers can make up such tokens."""
SECONDS = (3.05, 5.0)
LARGEST = 1_000_000
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
KINDS = frozenset({"RSA", "EC", "OKP"})


@dataclass(frozen=True)
class Leaving:
    """One way to the provider and back: made up here, kept in the browser's sealed cookie, good once."""

    redirect: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Arrived:
    """Who signed in: the provider's own id of them, a name to show, and their groups."""

    subject: str
    name: str
    groups: frozenset[str]


class _Line(OAuth2Session, Guarded):  # type: ignore[misc]  # Authlib brings no types
    """Authlib's client on our guarded connections, which follow no redirect."""

    def __init__(self, provider: Provider, addresses: Lookup, redirect: str = "") -> None:
        method = "client_secret_basic" if provider.client_secret else "none"
        OAuth2Session.__init__(
            self,
            provider.client_id,
            provider.client_secret or None,
            token_endpoint_auth_method=method,
            scope=" ".join(provider.scopes),
            redirect_uri=redirect,
            code_challenge_method="S256",
            default_timeout=SECONDS,
        )
        self.keep_to(reach(provider.issuer, private=provider.private), addresses)
        self.headers["User-Agent"] = "deskhand/1"


class Client:
    """One provider. Safe between threads; asks only when somebody signs in."""

    def __init__(
        self, provider: Provider, *, addresses: Lookup = lookup, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.provider = provider
        self._addresses, self._clock = addresses, clock
        self._gate = threading.Lock()
        self._metadata: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def consent(self, leaving: Leaving) -> str:
        """The provider's page to send the browser to. Raises ProviderAway."""
        with _Line(self.provider, self._addresses, leaving.redirect) as line:
            url, _ = line.create_authorization_url(
                self.metadata()["authorization_endpoint"],
                state=leaving.state,
                nonce=leaving.nonce,
                code_verifier=leaving.verifier,
            )
        return str(url)

    def arrived(self, leaving: Leaving, code: str, at: datetime) -> Arrived:
        """Who came back with that code. Raises Untrusted and ProviderAway; a code is never sent twice."""
        told = self._traded(leaving, code)
        access, token = str(told.get("access_token") or ""), str(told.get("id_token") or "")
        expected = {**self._expected, "nonce": leaving.nonce, "access_token": access}
        claims = tokens.signed_in(token, self.keys, expected, at)
        if self.provider.claim not in claims and access:
            claims = self._completed(claims, access)
        name = next((str(claims[one]) for one in ("name", "preferred_username", "email") if claims.get(one)), "")
        printable = "".join(letter for letter in name if letter.isprintable())
        return Arrived(str(claims["sub"]), printable[:200], _groups(claims.get(self.provider.claim)))

    def left(self, token: str, at: datetime) -> Claims:
        """Whose sessions the provider says are over. Raises Untrusted and ProviderAway."""
        return tokens.signed_out(token, self.keys, self._expected, at)

    def way_out(self, back: str) -> str:
        """The page at which people end their session with the provider, too; empty where it has none or is away."""
        try:
            page = str(self.metadata().get("end_session_endpoint") or "")
        except ProviderAway:
            return ""
        if not secure(page, like=self.provider.issuer):
            return ""
        query = urlencode({"client_id": self.provider.client_id, "post_logout_redirect_uri": back})
        return f"{page}{'&' if urlsplit(page).query else '?'}{query}"

    def metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself. Raises ProviderAway, also for addresses that cannot be trusted."""
        with self._gate:
            known = self._metadata
        if known and self._clock() - known[0] < FRESH:
            return known[1]
        found = self._asked(self.provider.issuer.rstrip("/") + WELL_KNOWN)
        if found.get("issuer") != self.provider.issuer:
            raise ProviderAway("the provider calls itself by another issuer than the settings do")
        if not all(secure(str(found.get(one) or ""), like=self.provider.issuer) for one in NEEDED):
            raise ProviderAway("the provider names an address that is not https")
        with self._gate:
            self._metadata = (self._clock(), found)
        return found

    def keys(self, anew: bool = False) -> KeySet:
        """The provider's public keys. Raises ProviderAway."""
        with self._gate:
            known, now = self._keys, self._clock()
        if known and now - known[0] < (ANEW if anew else FRESH):
            return known[1]
        told = self._asked(str(self.metadata()["jwks_uri"])).get("keys")
        listed = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
        public = [one for one in listed if one.get("kty") in KINDS and one.get("use", "sig") == "sig"]
        try:
            found = KeySet.import_key_set({"keys": public})
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderAway(f"the provider's keys cannot be read ({type(error).__name__})") from None
        with self._gate:
            self._keys = (self._clock(), found)
        return found

    @property
    def _expected(self) -> dict[str, str]:
        return {"issuer": self.provider.issuer, "client_id": self.provider.client_id}

    def _traded(self, leaving: Leaving, code: str) -> Mapping[str, Any]:
        where = self.metadata()["token_endpoint"]
        try:
            with _Line(self.provider, self._addresses, leaving.redirect) as line:
                told: Mapping[str, Any] = line.fetch_token(where, code=code, code_verifier=leaving.verifier)
        except (requests.RequestException, Refused) as error:
            raise ProviderAway(f"the provider does not answer ({type(error).__name__})") from None
        except (AuthlibBaseError, ValueError) as error:
            raise Untrusted(f"the provider does not take the code ({type(error).__name__})") from None
        return told

    def _completed(self, claims: Claims, access: str) -> Claims:
        """With what the userinfo endpoint says of the same person; as it was, where there is none."""
        where = str(self.metadata().get("userinfo_endpoint") or "")
        if not secure(where, like=self.provider.issuer):
            return claims
        more = self._asked(where, {"Authorization": f"Bearer {access}"})
        if more.get("sub") != claims["sub"]:
            raise Untrusted("the provider tells of somebody else")
        return Claims({**more, **claims})

    def _asked(self, url: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """A JSON object from the provider. Raises ProviderAway."""
        how_far = reach(self.provider.issuer, private=self.provider.private)
        try:
            with Guarded(how_far, addresses=self._addresses) as line:
                answer = line.get(url, headers=headers, timeout=SECONDS, stream=True)
                body = answer.raw.read(LARGEST + 1, decode_content=True)
                told = json.loads(body)
        except (requests.RequestException, Refused, HTTPError, ValueError, RecursionError) as error:
            raise ProviderAway(f"the provider does not answer ({type(error).__name__})") from None
        if answer.status_code != requests.codes.ok or len(body) > LARGEST or not isinstance(told, dict):
            raise ProviderAway(f"the provider answers {answer.status_code}")
        return told


def _groups(told: object) -> frozenset[str]:
    """A list of names, or one name; anything else is no group."""
    listed = told if isinstance(told, list) else [told]
    return frozenset(one for one in listed if isinstance(one, str) and one)
