"""The audit trail as a whole: whether it is still what was sealed, and what is told outside about it."""

import email
import email.policy
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.db import anchors, chains
from app.db.database import Database
from app.engine.chain import START, End, Fault, Kind, Verdict, Walk
from app.engine.signatures import Signer
from app.errors import BadInput


@dataclass(frozen=True)
class Anchor:
    """What was told outside about a chain on one day, and by which key."""

    body: Mapping[str, Any]
    signed_by: str
    signature: str
    public_key: str

    @property
    def end(self) -> End:
        """Where the chain ended then."""
        return End(int(self.body["sequence"]), str(self.body["digest"]))

    @property
    def account_id(self) -> str:
        """Whose chain it is about; empty for the installation's."""
        return str(self.body["account"])

    def written(self) -> Mapping[str, Any]:
        """The anchor as it leaves the house: a file of one line."""
        return {
            "anchor": dict(self.body),
            "public_key": self.public_key,
            "signature": self.signature,
            "signed_by": self.signed_by,
        }


def verify(session: Session, account_id: str, signed: Signer, given: Iterable[Anchor] = ()) -> Verdict:
    """The whole chain from its beginning, against its signed end, the anchors that were kept, and those that are ``given``."""
    kept = [read(body) for body in anchors.bodies(session, account_id)]
    # One that we kept ourselves, and whose key nobody has any more, says nothing; what somebody hands us has to be right.
    told = [
        one for one in (*given, *(one for one in kept if signed.knows(one.signed_by))) if one.account_id == account_id
    ]
    if wrong := next((one for one in told if not _right(one, signed)), None):
        text = f"the anchor of row {wrong.end.sequence} is not signed by a key that is known here"
        return Verdict(0, START, 0, Fault(Kind.UNSIGNED, wrong.end.sequence, None, text))
    return _walked(session, account_id, signed, START, [one.end for one in told])


def verify_since(session: Session, account_id: str, signed: Signer, since: Anchor | None) -> Verdict:
    """As ``verify``, of what came after an anchor: what a daily look costs does not grow with the years."""
    good = since.end if since and _right(since, signed) else START
    return _walked(session, account_id, signed, good, [])


def looked(database: Database, account_id: str, signed: Signer, given: Iterable[Anchor] = ()) -> Verdict:
    """As ``verify``, and what was found is kept. Nobody waits while it looks: a long chain takes minutes."""
    with database.reading() as session:
        verdict = verify(session, account_id, signed, given)
    with database.session() as session:
        chains.checked(session, account_id, database.now(session), verdict.fault.text if verdict.fault else "")
    return verdict


def acknowledge(
    database: Database, account_id: str, signed: Signer, row: int, reason: str, given: Sequence[Anchor] = ()
) -> Verdict:
    """Keep that people know of the first fault, the one at that row; what is found after that.

    Raises BadInput where it is another one, or none.
    """
    fault = looked(database, account_id, signed, given).fault
    if fault is None:
        raise BadInput("--account", "nothing in its chain is wrong")
    if fault.sequence != row:
        raise BadInput("--row", f"look into row {fault.sequence} first: {fault.text}")
    with database.session() as session:
        chains.acknowledge(session, account_id, signed, fault, reason)
    return looked(database, account_id, signed, given)


def _walked(session: Session, account_id: str, signed: Signer, since: End, told: list[End]) -> Verdict:
    end = chains.signed_end(session, account_id, signed)
    walk = Walk(
        chains.holes(session, account_id, signed), told, since, chains.acknowledged(session, account_id, signed)
    )
    return walk.verified(chains.links(session, account_id, since), end)


def anchored(account_id: str, end: End, at: datetime, signed: Signer) -> Anchor:
    """A signed statement of where the account's chain ends at that moment."""
    body = {
        "account": account_id,
        "at": at.isoformat(),
        "digest": end.digest,
        "kind": "anchor",
        "sequence": end.sequence,
    }
    return Anchor(body, signed.id, signed.sign(body), signed.public)


def _right(anchor: Anchor, signed: Signer) -> bool:
    return signed.right(anchor.body, anchor.signed_by, anchor.signature)


# --- anchors as people hand them back -------------------------------------------------------------------------


def read(written: Mapping[str, Any]) -> Anchor:
    """An anchor again. Raises BadInput for what is none."""
    try:
        body = written["anchor"]
        found = Anchor(body, str(written["signed_by"]), str(written["signature"]), str(written.get("public_key", "")))
        if body["kind"] == "anchor" and found.end and found.account_id is not None:
            return found
    except (KeyError, TypeError, ValueError):
        pass
    raise BadInput("--anchor", "give a file that Deskhand sent, or the mail that it came with")


def found_in(text: str) -> list[Anchor]:
    """The anchors in a file: one a line as they are sent, or the mail as a mail program saves it. Raises BadInput for none."""
    lines = [line.strip() for line in _lines(text)]
    found = [read(_object(line)) for line in lines if line.startswith('{"anchor"')]
    return found or [read(_object(text))]


def _lines(text: str) -> Iterator[str]:
    mail = email.message_from_string(text, policy=email.policy.default)
    if "From" not in mail:
        yield from text.splitlines()
        return
    for part in mail.walk():
        if part.get_content_maintype() in ("text", "application"):
            content = part.get_content()
            yield from (content if isinstance(content, str) else content.decode("utf-8", "replace")).splitlines()


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}
