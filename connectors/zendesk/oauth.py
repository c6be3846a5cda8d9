"""OAuth tokens of one account: trading the refresh token for new ones. Who may do it at a time, and saving, is the caller's."""

from collections.abc import Mapping

import requests

from connectors import http
from connectors.base import Connection
from connectors.errors import AuthFailed, Refused, Unavailable
from connectors.zendesk.session import TIMEOUT
from connectors.zendesk.settings import address, marketplace

PATH = "/oauth/tokens"


def renewed(connection: Connection) -> Mapping[str, str]:
    """The new ``oauth_token`` and ``refresh_token``.

    Zendesk kills both old tokens at once: one caller per account at a time, who saves the answer before it is used.
    Raises AuthFailed when the grant is gone and the account has to be connected again.
    """
    refresh = connection.secrets.get("refresh_token", "")
    if not refresh:
        raise AuthFailed("the connection has no refresh_token")
    target = address(connection.base_url)
    body = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": connection.settings.get("client_id", ""),
        "client_secret": connection.secrets.get("client_secret", ""),
    }
    with requests.Session() as session:
        session.trust_env = not target.loopback
        try:
            answer = session.post(
                f"{target.base}{PATH}",
                json=body,
                headers=dict(marketplace(connection)),
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Unavailable(f"POST {PATH}: {type(error).__name__}") from None
    return _tokens(answer)


def _tokens(answer: requests.Response) -> Mapping[str, str]:
    problem = http.error(answer.status_code, answer.headers, f"POST {PATH}")
    if isinstance(problem, Refused):
        raise AuthFailed("Zendesk does not take the refresh token any more")
    if problem is not None:
        raise problem
    try:
        body = answer.json()
        return {"oauth_token": str(body["access_token"]), "refresh_token": str(body["refresh_token"])}
    except (ValueError, KeyError, TypeError):
        raise Unavailable(f"POST {PATH}: the answer has another shape") from None
