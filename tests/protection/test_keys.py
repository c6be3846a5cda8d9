"""Keys are changed while everything is read, in steps that may be killed; a key service answers over real HTTP."""

import base64
import json
import secrets as random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any, ClassVar

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text

from app.db import resealing, rotation
from app.db.keyring import Keyring
from app.db.models.keyring import AccountKeyRow, DataKeyRow, DestroyedRow
from app.errors import SealBroken
from app.masters import KeyServiceDown, TransitMaster
from app.vault import Vault
from tests.builders import NOON
from tests.protection.conftest import NEW, OLD, Store
from tests.protection.test_sealing import MARKER, planned, read


def left(store: Store, *masters: bytes) -> rotation.Old:
    with store.database.reading() as session:
        return rotation.old(store.ring, session, Vault(masters))


def account_of(store: Store) -> str:
    with store.database.reading() as session:
        return str(session.execute(text("select account_id from connection")).scalar_one())


def test_a_new_master_key_opens_all_and_the_old_one_can_go_when_nothing_needs_it(store: Store) -> None:
    ticket = planned(store, "shop", "1")
    store.unlocked(NEW, OLD)
    assert left(store, NEW, OLD).masters == 1
    assert rotation.masters(store.ring) == 1
    assert rotation.masters(store.ring) == 0
    assert left(store, NEW, OLD).none
    store.unlocked(NEW)
    assert read(store, ticket) == MARKER


def test_an_account_gets_a_new_key_killed_half_way_it_goes_on_and_the_old_one_is_gone(
    store: Store, monkeypatch: Any
) -> None:
    tickets = [planned(store, "shop", "1")]
    connection = "desk-shop"
    with store.database.reading() as session:
        account = session.execute(
            text("select account_id from connection where id = :id"), {"id": connection}
        ).scalar_one()
    for number in range(5):
        store.ring.seal("x", _place(number), lambda: account)
    monkeypatch.setattr(rotation, "BATCH", 2)
    assert list(islice(rotation.account(store.ring, account, new=True), 1)) == [2]
    assert left(store, OLD).accounts == 4
    store.unlocked(OLD)
    assert read(store, tickets[0]) == MARKER
    assert sum(rotation.account(store.ring, account, new=False)) == 4
    with store.keys.reading() as session:
        assert session.query(AccountKeyRow).count() == 1
    store.unlocked(OLD)
    assert read(store, tickets[0]) == MARKER
    assert left(store, OLD).none


def test_a_lost_key_store_shows_even_when_the_one_in_its_place_has_keys_by_now(store: Store) -> None:
    destroyed = planned(store, "shop", "1")
    store.ring.destroy(account_of(store), [destroyed], "e1", NOON)
    assert left(store, OLD).none, "an erased ticket is no lost one"
    planned(store, "bank", "2")
    with store.keys.session() as session:
        for kind in (DataKeyRow, AccountKeyRow, DestroyedRow):
            session.query(kind).delete()
    store.unlocked(OLD)
    store.ring.seal("x", _place(1), lambda: "bank")
    assert left(store, OLD).unreadable == 1
    assert not left(store, OLD).none


def _place(number: int) -> Any:
    from app.db.sealing import Place  # noqa: PLC0415

    return Place("effect.changes", f"scope-{number}", "k")


def test_a_process_that_still_holds_the_old_account_key_seals_with_the_new_one_once_it_is_gone(store: Store) -> None:
    planned(store, "shop", "1")
    account, before = account_of(store), store.ring
    after = store.unlocked(OLD)
    assert sum(rotation.account(after, account, new=True)) == 1
    token = before.seal("later", _place(9), lambda: account)
    assert after.open(token, _place(9)) == "later"


def test_a_master_key_that_is_missing_is_told_before_anybody_needs_it(store: Store) -> None:
    planned(store, "shop", "1")
    store.unlocked(NEW)
    assert left(store, NEW).unreadable == 1


def test_secrets_of_connections_move_to_the_newest_key(store: Store) -> None:
    store.account("shop")
    sealed = Vault([OLD]).seal({"token": "t"}, place="desk-shop")
    with store.database.session() as session:
        session.execute(text("update connection set secrets = :sealed"), {"sealed": sealed})
    vault = Vault([NEW, OLD])
    with store.database.session() as session:
        assert rotation.secrets(session, vault) == 1
        assert rotation.secrets(session, vault) == 0
        kept = session.execute(text("select secrets from connection")).scalar_one()
    assert Vault([NEW]).open(kept, place="desk-shop") == {"token": "t"}


def test_what_stands_bare_is_sealed_batch_by_batch_while_it_is_read(store: Store) -> None:
    tickets = [planned(store, "shop", "1"), planned(store, "bank", "2")]
    with store.database.session() as session:
        bare = json.dumps([{"is": "Note", "text": MARKER}])
        session.execute(text("update effect set changes = :bare"), {"bare": bare})
    assert MARKER.encode() in store.raw()
    with store.database.reading() as session:
        assert resealing.bare(session) == {"effect.changes": 2}
    rounds = resealing.seal_all(store.database, batch=1)
    assert next(rounds) == 1
    assert [read(store, one) for one in tickets] == [MARKER, MARKER]
    assert list(rounds) == [1]
    assert list(resealing.seal_all(store.database)) == []
    store.database.scrub()
    assert MARKER.encode() not in store.raw()
    assert [read(store, one) for one in tickets] == [MARKER, MARKER]


# --- a key service ------------------------------------------------------------------------------------------


class Transit(BaseHTTPRequestHandler):
    """The transit API's four calls, as its documents describe them. ``keys`` are the versions of one key."""

    keys: ClassVar[list[bytes]] = []
    seen: ClassVar[list[str]] = []
    token = "t0ken"

    def log_message(self, *_: Any) -> None: ...

    def do_GET(self) -> None:
        self._answer({"latest_version": len(self.keys)} if self.path.startswith("/v1/transit/keys/") else None)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append(self.path)
        bound = base64.b64decode(asked.get("associated_data", ""))
        if self.path == "/v1/transit/encrypt/deskhand":
            nonce = random.token_bytes(12)
            body = nonce + AESGCM(self.keys[-1]).encrypt(nonce, base64.b64decode(asked["plaintext"]), bound)
            return self._answer({"ciphertext": f"vault:v{len(self.keys)}:{base64.b64encode(body).decode()}"})
        _, version, body64 = asked["ciphertext"].split(":")
        raw = base64.b64decode(body64)
        try:
            opened = AESGCM(self.keys[int(version[1:]) - 1]).decrypt(raw[:12], raw[12:], bound)
        except InvalidTag:
            return self._answer(None, 400)
        return self._answer({"plaintext": base64.b64encode(opened).decode()})

    def _answer(self, data: dict[str, Any] | None, status: int = 200) -> None:
        if self.headers["X-Vault-Token"] != self.token:
            data, status = None, 403
        body = json.dumps(
            {"data": data} if data is not None else {"errors": ["cipher: message authentication failed"]}
        ).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def transit() -> Iterator[str]:
    Transit.keys, Transit.seen = [AESGCM.generate_key(256)], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Transit)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_key_service_wraps_the_accounts_keys_and_never_sees_a_text(store: Store, transit: str) -> None:
    store.ring = Keyring(store.keys, TransitMaster(transit, Transit.token, "deskhand"))
    store.ring.serve(store.database.engine)
    ticket = planned(store, "shop", "1")
    again = Keyring(store.keys, TransitMaster(transit, Transit.token, "deskhand"))
    again.serve(store.database.engine)
    assert [read(store, ticket) for _ in range(3)] == [MARKER] * 3
    assert Transit.seen == ["/v1/transit/encrypt/deskhand", "/v1/transit/decrypt/deskhand"] or len(Transit.seen) == 3
    Transit.keys.append(AESGCM.generate_key(256))
    assert rotation.masters(again) == 1
    assert rotation.masters(again) == 0
    with store.keys.reading() as session:
        assert session.query(AccountKeyRow).one().wrapped.startswith("vault:v2:")


def test_a_key_service_that_is_away_or_refuses_says_so(transit: str) -> None:
    with pytest.raises(KeyServiceDown, match="403"):
        TransitMaster(transit, "wrong", "deskhand").wrap(b"k" * 32, "account:a")
    with pytest.raises(KeyServiceDown, match="does not answer"):
        TransitMaster("http://127.0.0.1:9", Transit.token, "deskhand").wrap(b"k" * 32, "account:a")
    wrapped = TransitMaster(transit, Transit.token, "deskhand").wrap(b"k" * 32, "account:a")
    with pytest.raises(SealBroken):
        TransitMaster(transit, Transit.token, "deskhand").unwrap(wrapped, "account:b")
