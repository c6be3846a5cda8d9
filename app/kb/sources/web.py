"""Fetching public pages without being turned against the network we run in.

Only https, only the host that was named, only public addresses; the address that was checked is the one that is called.
A source on loopback may be read where the person who names it names loopback (sandbox, tests).
"""

import socket
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from app.kb.sources.types import Unreadable
from connectors.guard import Reach

AGENT = "deskhand"
LARGEST = 5_000_000
"""Bytes of one page."""
SECONDS = (5.0, 20.0)
"""To connect, and between two pieces of an answer."""
REDIRECTS = 5


class _Pinned(HTTPAdapter):
    """Calls one address for one host, so that no second look-up can lead elsewhere; the certificate is the host's."""

    def __init__(self, host: str, address: str) -> None:
        self._host, self._address = host, address
        super().__init__()

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """The library's own, with the address in the host's place."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        names = {"assert_hostname": self._host, "server_hostname": self._host} if host["scheme"] == "https" else {}
        return {**host, "host": self._address}, {**pool, **names}


class Site:
    """One host, as far as the public may see it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.netloc = (parts.hostname or "").lower(), parts.netloc.lower()
        self._loopback = self.host in ("localhost", "127.0.0.1", "::1")
        plain = self._loopback and parts.scheme == "http"
        if not self.host or parts.username or not (plain or parts.scheme == "https"):
            raise Unreadable("only https addresses are read", "give an address that begins with https://")
        self.scheme = parts.scheme
        self._session = requests.Session()
        # A proxy of the environment would look the name up anew.
        self._session.trust_env = False
        self._session.headers["User-Agent"] = f"{AGENT}/1 (knowledge)"
        self._session.mount(f"{self.scheme}://", _Pinned(self.host, _address(self.host, parts.port, self._loopback)))

    def own(self, url: str) -> bool:
        """Whether an address is on this host and reached in the same way."""
        parts = urlsplit(url)
        return parts.scheme == self.scheme and parts.netloc.lower() == self.netloc

    def fetch(self, url: str) -> bytes:
        """A page's bytes. Raises ``Unreadable`` for everything else than a page, redirects to other hosts among it."""
        for _ in range(REDIRECTS):
            if not self.own(url):
                raise Unreadable("it leads to another host", "name that host's sitemap as a source of its own")
            try:
                with self._session.get(
                    url, timeout=SECONDS, stream=True, allow_redirects=False, headers={"Host": self.netloc}
                ) as answer:
                    if answer.is_redirect:
                        url = urljoin(url, answer.headers["Location"])
                        continue
                    return _body(answer)
            except requests.RequestException as error:
                raise Unreadable(f"it cannot be fetched ({type(error).__name__})", "see that it is online") from error
        raise Unreadable("it redirects without end", "name the address it leads to")


def _body(answer: requests.Response) -> bytes:
    if answer.status_code != 200:
        raise Unreadable(f"it answers {answer.status_code}", "see that it is public")
    content = b""
    for piece in answer.iter_content(65536):
        content += piece
        if len(content) > LARGEST:
            raise Unreadable(f"it has more than {LARGEST // 1_000_000} MB", "leave it out")
    return content


def _address(host: str, port: int | None, loopback: bool) -> str:
    try:
        found = [entry[4][0] for entry in socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise Unreadable("the host has no address", "check how it is written") from error
    how_far = Reach.LOOPBACK if loopback else Reach.PUBLIC
    if not found or not all(how_far.covers(str(one)) for one in found):
        raise Unreadable("the host's address is not a public one", "only public pages are read")
    return str(found[0])
