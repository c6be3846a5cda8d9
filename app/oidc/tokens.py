"""What a signed token of the provider says, if it is to be believed: signature, issuer, audience, age, purpose. Asks nobody."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from app.oidc.errors import Untrusted

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Those with a key pair. What anybody could make who knows our client secret or the public key is not among them."""
LEEWAY = 60
"""Seconds that the provider's clock may be off."""
LONGEST = 20_000
"""Characters of a token."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
Keys = Callable[[bool], KeySet]
"""The provider's keys; with True, asked for anew where that has not just happened."""


class Claims(dict[str, Any]):
    """What a verified token says. Its repr shows nothing of it."""

    def __repr__(self) -> str:
        """The names of what it says."""
        return f"Claims({', '.join(sorted(self))})"


def signed_in(token: str, keys: Keys, expected: Mapping[str, str], at: datetime) -> Claims:
    """An ID token's claims, if it was made for ``issuer``, ``client_id``, ``nonce`` and, where it says so, ``access_token``.

    Raises Untrusted.
    """
    header, claims = _verified(token, keys)
    params = {name: expected[name] for name in ("client_id", "nonce", "access_token")}
    said = CodeIDToken(claims, header, _options(expected), params)
    try:
        said.validate(now=int(at.timestamp()), leeway=LEEWAY)
    except JoseError as error:
        raise Untrusted(f"the ID token does not fit ({error.error})") from None
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise Untrusted("the ID token names nobody")
    return Claims(claims)


def signed_out(token: str, keys: Keys, expected: Mapping[str, str], at: datetime) -> Claims:
    """A back-channel logout token's claims: whose sessions end. Raises Untrusted, for an ID token in its place, too."""
    _, claims = _verified(token, keys)
    registry = jwt.JWTClaimsRegistry(
        int(at.timestamp()),
        LEEWAY,
        **_options(expected),  # type: ignore[arg-type]
        iat={"essential": True},
        jti={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise Untrusted(f"the logout token does not fit ({error.error})") from None
    events, fresh = claims.get("events"), at.timestamp() - LEEWAY * 5
    if "nonce" in claims or not isinstance(events, dict) or LOGOUT not in events or claims["iat"] < fresh:
        raise Untrusted("that is no logout token, or an old one")
    if not isinstance(claims.get("sub"), str):
        raise Untrusted("the logout token names nobody")
    return Claims(claims)


def _options(expected: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    return {
        "iss": {"essential": True, "value": expected["issuer"]},
        "aud": {"essential": True, "value": expected["client_id"]},
        "sub": {"essential": True},
    }


def _verified(token: str, keys: Keys) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims; with a key that we do not know, the provider's keys are asked for once more."""
    if not 0 < len(token) <= LONGEST or not token.isascii():
        raise Untrusted("there is no token")
    for anew in (False, True):
        try:
            found = jwt.decode(token, keys(anew), algorithms=list(ALGORITHMS))
        except InvalidKeyIdError:
            continue
        except (JoseError, ValueError) as error:
            raise Untrusted(f"the token is not signed by the provider ({type(error).__name__})") from None
        return dict(found.header), dict(found.claims)
    raise Untrusted("the token is signed by a key that the provider does not have")
