"""Over TLS the address that was checked is called, and the certificate is still held to the host's own name."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.guard import Guarded, Reach

NAME = "shop.example"


class Played(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def certificate(folder: Path) -> Path:
    """A certificate of its own authority for the one name, with its key, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    no = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no)
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return file


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    file = certificate(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Played)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, file
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("host", "trusted"), [(NAME, True), ("bank.example", False)])
def test_the_certificate_has_to_be_the_names(site: tuple[int, Path], host: str, trusted: bool) -> None:
    port, file = site
    session = Guarded(Reach.LOOPBACK, addresses=lambda name, port: ["127.0.0.1"])
    if trusted:
        assert session.get(f"https://{host}:{port}/", timeout=2, verify=str(file)).ok
        return
    with pytest.raises(requests.exceptions.SSLError):
        session.get(f"https://{host}:{port}/", timeout=2, verify=str(file))


def test_a_certificate_that_nobody_vouches_for_is_refused(site: tuple[int, Path]) -> None:
    port, _ = site
    with pytest.raises(requests.exceptions.SSLError):
        Guarded(Reach.LOOPBACK, addresses=lambda name, port: ["127.0.0.1"]).get(f"https://{NAME}:{port}/", timeout=2)
