"""Where our own requests may go: the address that was checked is the one that is called. Knows no vendor and no secret.

Every connection looks its name up once, refuses it if any of its addresses lies outside its reach, and connects to an address of
that same look-up, so that a name which changes its mind in between (DNS rebinding) leads nowhere. Redirects are never followed
and the environment's proxies never used: both would call an address that nobody checked.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from connectors.errors import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], list[str]]
"""Every address of a name. Raises OSError."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses whose last 32 bits are an IPv4 address that a gateway calls."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Reach(StrEnum):
    """How far a connection's requests may go."""

    PUBLIC = "public"
    """Addresses that anybody on the internet reaches."""
    PRIVATE = "private"
    """Those, this machine and private networks; never link-local ones, where clouds keep their machines' credentials."""
    LOOPBACK = "loopback"
    """This machine and nothing else."""

    def covers(self, address: str) -> bool:
        """Whether this address may be called. IPv4 addresses that are wrapped in IPv6 ones count as what they are."""
        bare = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
        if self is Reach.LOOPBACK:
            return bare.is_loopback
        if bare.is_multicast or bare.is_unspecified or bare.is_link_local:
            return False
        return bare.is_global or (self is Reach.PRIVATE and bare.is_private)


def reach(url: str, *, private: bool = False) -> Reach:
    """The reach that an admin gave by naming this address: loopback by its own name, private ones only where allowed."""
    if (urlsplit(url).hostname or "").lower() in _LOOPBACK:
        return Reach.LOOPBACK
    return Reach.PRIVATE if private else Reach.PUBLIC


def lookup(host: str, port: int) -> list[str]:
    """Every address that the name has now, in the order in which the system would try them. Raises OSError."""
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error


class Guarded(requests.Session):
    """A session whose every connection is checked. Raises ``Refused`` from any call that would leave its reach."""

    def __init__(self, how_far: Reach = Reach.PUBLIC, *, addresses: Lookup = lookup) -> None:
        super().__init__()
        self.keep_to(how_far, addresses)

    def keep_to(self, how_far: Reach, addresses: Lookup = lookup) -> None:
        """Check every connection from now on: for sessions whose other parent does not call this one's constructor."""
        self.trust_env = False
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Checked(how_far, addresses))

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Nothing: a redirect comes back as the answer that it is."""
        return None


class _Checked(HTTPAdapter):
    """Opens guarded connections only, and sends nothing twice: whether to repeat is the caller's to say."""

    def __init__(self, how_far: Reach, addresses: Lookup) -> None:
        self._pools = _pools(how_far, addresses)
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """The library's own, with our kinds of connection."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


def _pools(how_far: Reach, addresses: Lookup) -> dict[str, Any]:
    def opened(line: HTTPConnection) -> socket.socket:
        host = line.host.strip("[]")
        try:
            found = addresses(host, line.port)
        except OSError as error:
            raise NameResolutionError(host, line, socket.gaierror(*error.args[:2])) from error
        if not found or not all(how_far.covers(one) for one in found):
            raise Refused(f"an address outside what is allowed here ({how_far})")
        return _first(line, found)

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return opened(self)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return opened(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _first(line: HTTPConnection, addresses: list[str]) -> socket.socket:
    """A socket to the first of these that answers; the host's own name is still what its certificate has to show."""
    trouble: Exception = NewConnectionError(line, "no address")
    for one in _unique(addresses):
        try:
            return create_connection(
                (one, line.port), line.timeout, source_address=line.source_address, socket_options=line.socket_options
            )
        except TimeoutError as error:
            trouble = ConnectTimeoutError(line, "no connection in time")
            trouble.__cause__ = error
        except OSError as error:
            trouble = NewConnectionError(line, f"no connection ({type(error).__name__})")
            trouble.__cause__ = error
    raise trouble


def _unique(addresses: list[str]) -> Iterator[str]:
    yield from dict.fromkeys(addresses)


def _unwrapped(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    return inner if inner is not None else address
