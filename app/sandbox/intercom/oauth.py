"""OAuth as Intercom does it: no scopes and no PKCE in the address, and a token that does not end. The admin always agrees."""

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, jsonify, redirect, request

CLIENT = ("played-client", "played-client-secret")


class OAuth:
    """The consent page and the token page; ``token`` is what every code is traded for, each once."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.codes: set[str] = set()
        self.uninstalled = False

    def mount(self, blueprint: Blueprint) -> None:
        """Answer where no bearer is asked for."""
        blueprint.add_url_rule("/oauth", "oauth_consent", self.authorize)
        blueprint.add_url_rule("/auth/uninstall", "auth_uninstall", self.uninstall, methods=["POST"])
        blueprint.add_url_rule("/auth/eagle/token", "oauth_token", self.trade, methods=["POST"])

    def authorize(self) -> Any:
        """Back to the app with a code, which may end in an equals sign."""
        if request.args.get("client_id") != CLIENT[0] or not request.args.get("redirect_uri"):
            abort(400)
        code = f"{secrets.token_hex(8)}="
        self.codes.add(code)
        query = urlencode({"code": code, "state": request.args.get("state", "")})
        return redirect(f"{request.args['redirect_uri']}?{query}", 302)

    def uninstall(self) -> Any:
        """Remember that the app was removed with its token."""
        self.uninstalled = True
        return jsonify(app_id="played")

    def trade(self) -> Any:
        """A token for a code, once."""
        given = request.get_json(silent=True) or request.form
        code = given.get("code")
        if (given.get("client_id"), given.get("client_secret")) != CLIENT or code not in self.codes:
            return jsonify(type="error.list", errors=[{"code": "unauthorized", "message": "Unauthorized Code"}]), 401
        self.codes.discard(code)
        return jsonify(token_type="Bearer", token=self._token, access_token=self._token)  # noqa: S106
