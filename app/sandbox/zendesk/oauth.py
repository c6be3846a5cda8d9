"""OAuth as Zendesk does it: a code for two minutes, PKCE, and refresh tokens that kill what came before."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request

from app.sandbox.zendesk.state import Problem, Row, State
from app.sandbox.zendesk.wire import Door, body_of

CODE_LIVES = 120
ACCESS_LIVES = 1800
REFRESH_LIVES = 2_592_000


class OAuth:
    """The account's OAuth endpoints for one client. The person at the consent page always agrees."""

    def __init__(self, state: State, door: Door, client_id: str, client_secret: str) -> None:
        self._state = state
        self._door = door
        self.client_id = client_id
        self.client_secret = client_secret
        self._codes: dict[str, Row] = {}
        self._grants: dict[str, Row] = {}

    def mount(self, blueprint: Blueprint) -> None:
        """Answer at the account's root, where no API credentials are asked for."""
        blueprint.add_url_rule("/oauth/authorizations/new", "oauth_new", self.authorize, methods=["GET"])
        blueprint.add_url_rule("/oauth/tokens", "oauth_tokens", self.tokens, methods=["POST"])
        current = "/api/v2/oauth/tokens/current"
        for ending in ("", ".json"):
            blueprint.add_url_rule(f"{current}{ending}", f"oauth_current{ending[1:]}", self.revoke, methods=["DELETE"])

    def authorize(self) -> Any:
        """Back to the app with a code."""
        asked = request.args
        if asked.get("client_id") != self.client_id or not asked.get("redirect_uri"):
            raise Problem(400, "invalid_request")
        code = secrets.token_hex(16)
        kept = ("redirect_uri", "scope", "code_challenge")
        self._codes[code] = {n: asked.get(n) for n in kept} | {"ends": self._now() + CODE_LIVES}
        query = urlencode({"code": code, "state": asked.get("state", "")})
        return redirect(f"{asked['redirect_uri']}?{query}", 302)

    def tokens(self) -> Row:
        """Tokens for a code or for a refresh token; either works once."""
        body = body_of()
        if body.get("client_id") != self.client_id or body.get("client_secret") != self.client_secret:
            raise Problem(401, "invalid_client")
        kind = body.get("grant_type")
        if kind == "authorization_code":
            return self.grant(self._by_code(body))
        if kind == "refresh_token":
            return self.grant(self._by_refresh(body))
        raise Problem(400, "unsupported_grant_type")

    def revoke(self) -> tuple[str, int]:
        """The token that asks is over, and so is the refresh token that came with it."""
        token = request.headers.get("Authorization", "").partition("Bearer ")[2]
        if self._door.bearers.pop(token, None) is None:
            raise Problem(404, "RecordNotFound", "Not found")
        self._grants = {name: kept for name, kept in self._grants.items() if kept["access"] != token}
        return "", 204

    def grant(self, scope: str = "read write") -> Row:
        """A fresh pair of tokens."""
        access, refresh = secrets.token_hex(24), secrets.token_hex(24)
        self._door.bearers[access] = self._now() + ACCESS_LIVES
        self._door.scopes[access] = scope
        self._grants[refresh] = {"access": access, "scope": scope, "ends": self._now() + REFRESH_LIVES}
        answer: Row = {"access_token": access, "refresh_token": refresh, "token_type": "bearer", "scope": scope}
        return answer | {"expires_in": ACCESS_LIVES, "refresh_token_expires_in": REFRESH_LIVES}

    def _by_code(self, body: Row) -> str:
        kept = self._codes.pop(str(body.get("code")), None)
        if kept is None or kept["ends"] < self._now() or kept["redirect_uri"] != body.get("redirect_uri"):
            raise Problem(400, "invalid_grant")
        verifier = hashlib.sha256(str(body.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if kept["code_challenge"] and kept["code_challenge"] != challenge:
            raise Problem(400, "invalid_grant")
        return str(kept["scope"] or "read write")

    def _by_refresh(self, body: Row) -> str:
        kept = self._grants.pop(str(body.get("refresh_token")), None)
        if kept is None or kept["ends"] < self._now():
            raise Problem(400, "invalid_grant")
        self._door.bearers.pop(kept["access"], None)
        return str(kept["scope"])

    def _now(self) -> float:
        return self._state.world.clock.now().timestamp()
