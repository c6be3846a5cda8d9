"""Customers' authenticators: secrets that are sealed, and codes of which none counts twice."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import ids
from app.db.codes import person_of
from app.db.models.identity import AuthenticatorRow
from app.engine import otp
from app.vault import Vault

FIELD = "seed"


class Authenticators:
    """Those of one account's customers, by the address that host or backend know."""

    def __init__(self, account_id: str, vault: Vault, key: bytes) -> None:
        self._account_id = account_id
        self._vault = vault
        self._key = key

    def enrol(self, session: Session, address: str, at: datetime) -> str:
        """A new secret, instead of the one before. It is shown to its owner once, as an invitation."""
        row, secret = self._row(session, address), otp.enrolled()
        if row is None:
            person = person_of(self._account_id, address.casefold(), self._key)
            row = AuthenticatorRow(id=ids.fresh(), account_id=self._account_id, person=person, created_at=at)
            session.add(row)
        row.secret, row.step = self._vault.seal({FIELD: secret}, place=row.id), 0
        session.flush()
        return secret

    def known(self, session: Session, address: str) -> bool:
        """Whether the customer has one."""
        return bool(address) and self._row(session, address) is not None

    def accepts(self, session: Session, address: str, code: str, at: datetime) -> bool:
        """Whether it is the code that the authenticator shows, for the first time. Raises SealBroken."""
        row = self._row(session, address)
        if row is None:
            return False
        step = otp.step_of(code, self._vault.open(row.secret, place=row.id)[FIELD], at, row.step)
        if step is None:
            return False
        row.step = step
        return True

    def _row(self, session: Session, address: str) -> AuthenticatorRow | None:
        person = person_of(self._account_id, address.casefold(), self._key)
        mine = (AuthenticatorRow.account_id == self._account_id, AuthenticatorRow.person == person)
        return session.scalar(select(AuthenticatorRow).where(*mine).with_for_update())
