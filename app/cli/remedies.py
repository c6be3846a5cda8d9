"""What a person at the keyboard can do about a vendor's error."""

from connectors.errors import AuthFailed, ConnectorError, Forbidden, NotFound, RateLimited, Unavailable

REMEDIES: dict[type[ConnectorError], str] = {
    AuthFailed: "run `deskhand connect` again with a token that the vendor takes and that has the permissions of the manifest",
    Forbidden: "give the token's owner the permissions of the manifest, then run `deskhand connect` again",
    NotFound: "see that the address is the vendor's, then run `deskhand connect` again",
    Unavailable: "see that this machine reaches the address, and that the vendor is up",
    RateLimited: "wait a minute and ask again",
}
"""Error leaf -> what to do. For all others the settings are looked at again."""


def remedy(error: ConnectorError) -> str:
    """One line for that error, by its leaf."""
    for kind in type(error).__mro__:
        if issubclass(kind, ConnectorError) and kind in REMEDIES:
            return REMEDIES[kind]
    return "look at the settings and run `deskhand connect` again"
