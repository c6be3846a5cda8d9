"""Installing the app: codes and refresh tokens become tokens, and tokens go again."""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import abort, redirect
from werkzeug.wrappers import Response

from app.sandbox.slack.state import APP, BOT_USER, HOME, Fail, Slack


def consent(slack: Slack, asked: Mapping[str, str]) -> Response:
    """Back to the app with a code: the admin always agrees."""
    if asked.get("client_id") != slack.client[0] or not asked.get("redirect_uri"):
        abort(400)
    code = secrets.token_hex(12)
    slack.codes.add(code)
    return redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}", 302)


def access(slack: Slack, given: Mapping[str, Any]) -> dict[str, Any]:
    """``oauth.v2.access``: a code, used once, or a refresh token, used once, becomes a bot token."""
    if (given.get("client_id"), given.get("client_secret")) != slack.client:
        raise Fail("bad_client_secret" if given.get("client_id") == slack.client[0] else "invalid_client_id")
    if given.get("grant_type") == "refresh_token":
        _use(slack.refreshes, given.get("refresh_token"), "invalid_refresh_token")
    else:
        _use(slack.codes, given.get("code"), "invalid_code")
    token, refresh = f"xoxe.xoxb-1-{secrets.token_hex(8)}", f"xoxe-1-{secrets.token_hex(8)}"
    slack.tokens[token] = slack.granted
    slack.refreshes.add(refresh)
    return {
        "access_token": token,
        "refresh_token": refresh,
        "expires_in": 43200,
        "token_type": "bot",
        "scope": ",".join(sorted(slack.granted)),
        "bot_user_id": BOT_USER,
        "app_id": APP,
        "team": None if slack.organisation else {"id": HOME, "name": "Home"},
        "enterprise": {"id": slack.organisation, "name": "Home Group"} if slack.organisation else None,
        "authed_user": {"id": "U0INSTALLER"},
        "is_enterprise_install": bool(slack.organisation),
    }


def uninstall(slack: Slack, given: Mapping[str, Any]) -> dict[str, Any]:
    """``apps.uninstall``: no token of this installation is good any more."""
    if (given.get("client_id"), given.get("client_secret")) != slack.client:
        raise Fail("client_id_token_mismatch")
    slack.tokens.clear()
    slack.refreshes.clear()
    return {}


def _use(stock: set[str], one: Any, word: str) -> None:
    if one not in stock:
        raise Fail(word)
    stock.remove(one)
