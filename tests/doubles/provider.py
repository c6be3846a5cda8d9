"""A played OpenID provider on loopback: discovery, keys, sign-in page, code for token, over real HTTP; and every way to lie."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from app.sandbox.server import Served

LOGOUT = {"http://schemas.openid.net/event/backchannel-logout": {}}


@cache
def rsa(kid: str) -> RSAKey:
    """A key of that name; made once, because it takes long."""
    return RSAKey.generate_key(2048, {"kid": kid})


@dataclass
class Provider:
    """Signs everybody in as ``person``. ``lie`` changes an ID token's claims, ``forge`` how it is signed."""

    base: str = ""
    client: tuple[str, str] = ("deskhand", "provider-secret")
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1", "name": "Ada", "groups": ["support-leads"]})
    keys: list[RSAKey | ECKey] = field(default_factory=lambda: [rsa("one")])
    lie: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    forge: Callable[[dict[str, Any]], str] | None = None
    announce: Callable[[dict[str, Any]], dict[str, Any]] = lambda told: told
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    """The ID tokens that it gave out."""
    told: dict[str, Any] = field(default_factory=dict)
    """What the userinfo endpoint says."""

    def metadata(self) -> dict[str, Any]:
        endpoints = {name: f"{self.base}/{name}" for name in ("authorize", "token", "jwks", "userinfo", "out")}
        return self.announce(
            {
                "issuer": self.base,
                "authorization_endpoint": endpoints["authorize"],
                "token_endpoint": endpoints["token"],
                "jwks_uri": endpoints["jwks"],
                "userinfo_endpoint": endpoints["userinfo"],
                "end_session_endpoint": endpoints["out"],
            }
        )

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.base, "aud": self.client[0], "iat": now, "exp": now + 300, "nonce": nonce, **self.person}
        claims = self.lie(claims)
        token = self.forge(claims) if self.forge else self.signed(claims)
        self.given.append(token)
        return token

    def signed(self, claims: dict[str, Any], **header: str) -> str:
        key = self.keys[-1]
        algorithm = "RS256" if key.key_type == "RSA" else "ES256"
        return jwt.encode({"alg": algorithm, "kid": str(key.kid), **header}, claims, key, algorithms=[algorithm])

    def logout_token(self, **changed: Any) -> str:
        claims = {"iss": self.base, "aud": self.client[0], "iat": int(time.time()), "jti": secrets.token_hex(8)}
        claims |= {"sub": self.person["sub"], "events": LOGOUT, "exp": int(time.time()) + 60}
        return self.signed({name: one for name, one in (claims | changed).items() if one is not None}, typ="logout+jwt")

    def public(self) -> dict[str, Any]:
        return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in self.keys]}

    def app(self) -> Flask:
        pages = Flask("provider")

        @pages.before_request
        def heard() -> None:
            self.asked.append(request.path)

        @pages.get("/.well-known/openid-configuration")
        def discovery() -> Response:
            return jsonify(self.metadata())

        @pages.get("/jwks")
        def jwks() -> Response:
            return jsonify(self.public())

        @pages.get("/authorize")
        def authorize() -> Any:
            code = secrets.token_urlsafe(8)
            self.codes[code] = dict(request.args)
            return redirect(
                f"{request.args['redirect_uri']}?{urlencode({'code': code, 'state': request.args['state']})}"
            )

        @pages.post("/token")
        def token() -> Any:
            return self._token()

        @pages.get("/userinfo")
        def userinfo() -> Any:
            known = request.headers.get("Authorization") == "Bearer access-1"
            return jsonify(self.told) if known else Response(status=401)

        return pages

    def _token(self) -> Any:
        begun = self.codes.pop(request.form.get("code", ""), None)
        verifier = request.form.get("code_verifier", "")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        known = (
            request.authorization and (request.authorization.username, request.authorization.password) == self.client
        )
        fits = begun and begun["code_challenge"] == challenge and begun["redirect_uri"] == request.form["redirect_uri"]
        if not known or not fits or not begun:
            return Response(json.dumps({"error": "invalid_grant"}), 400, content_type="application/json")
        return jsonify(access_token="access-1", token_type="Bearer", id_token=self.id_token(begun["nonce"]))

    def signs_in(self, address: str) -> str:
        """What a browser does at the consent page: the way back to us, as path and query."""
        query = dict(parse_qsl(urlsplit(address).query))
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        back = urlsplit(query["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': query['state']})}"


@contextmanager
def playing() -> Iterator[Provider]:
    played = Provider()
    with Served(played.app()) as base:
        played.base = base
        yield played


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]
