"""Installing the app: codes and refresh tokens become tokens, and tokens go again."""

import secrets
from collections.abc import Mapping
from typing import Any

from app.sandbox.slack.state import APP, BOT_USER, HOME, SCOPES, Fail, Slack


def access(slack: Slack, given: Mapping[str, Any]) -> dict[str, Any]:
    """``oauth.v2.access``: a code, used once, or a refresh token, used once, becomes a bot token."""
    if (given.get("client_id"), given.get("client_secret")) != slack.client:
        raise Fail("bad_client_secret" if given.get("client_id") == slack.client[0] else "invalid_client_id")
    if given.get("grant_type") == "refresh_token":
        _use(slack.refreshes, given.get("refresh_token"), "invalid_refresh_token")
    else:
        _use(slack.codes, given.get("code"), "invalid_code")
    token, refresh = f"xoxe.xoxb-1-{secrets.token_hex(8)}", f"xoxe-1-{secrets.token_hex(8)}"
    slack.tokens[token] = SCOPES
    slack.refreshes.add(refresh)
    return {
        "access_token": token,
        "refresh_token": refresh,
        "expires_in": 43200,
        "token_type": "bot",
        "scope": ",".join(sorted(SCOPES)),
        "bot_user_id": BOT_USER,
        "app_id": APP,
        "team": {"id": HOME, "name": "Home"},
        "enterprise": None,
        "authed_user": {"id": "U0INSTALLER"},
        "is_enterprise_install": False,
    }


def _use(stock: set[str], one: Any, word: str) -> None:
    if one not in stock:
        raise Fail(word)
    stock.remove(one)
