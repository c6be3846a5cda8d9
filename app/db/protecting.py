"""What is written into sealed columns: the one way in, which finds the account that a value belongs to."""

from functools import partial
from typing import Any

from sqlalchemy import String, bindparam, event, select
from sqlalchemy.orm import InstrumentedAttribute, Session, UOWTransaction

from app.db.keyring import Keyring
from app.db.models.access import AccessRow
from app.db.models.account import AccountRow
from app.db.models.connection import ConnectionRow
from app.db.models.ticket import TicketRow
from app.db.sealing import OPENERS, Place, Sealed, Token
from app.errors import SealBroken


def seal(
    session: Session, column: InstrumentedAttribute[Any], value: Any, scope: str, row: str, account: str = ""
) -> Any:
    """A value as it may be written into that column, of the row that is called ``row``, under the key of ``scope``.

    ``account`` where the caller knows whose it is; else the scope has to be a ticket, a connection or an account. None and what is
    empty stay as they are.
    """
    kind: Sealed = column.property.columns[0].type
    if value is None or value in ("", {}, []):
        return value
    ring = keyring(session)
    return ring.seal(kind.dump(value), Place(kind.place, scope, row), partial(owner, session, scope, account))


def keyring(session: Session) -> Keyring:
    """The keyring of this session's database. Raises SealBroken where none was given."""
    found = OPENERS.get(session.get_bind().dialect)
    if not isinstance(found, Keyring):
        raise SealBroken("this database was opened without its keys", "report this: it is a mistake of ours")
    return found


def owner(session: Session, scope: str, account: str = "") -> str:
    """The account that a scope belongs to, where nobody says so. Raises SealBroken."""
    if account:
        return account
    with session.no_autoflush:
        for chosen in _OWNERS:
            if found := session.scalar(chosen, {"scope": scope}):
                return str(found)
    raise SealBroken("a text belongs to no account", "report this: it is a mistake of ours")


@event.listens_for(Session, "after_flush_postexec")
def _read_anew(session: Session, context: UOWTransaction) -> None:
    """What was just written sealed is read from the table when somebody asks this very row for it: nobody is given a seal for a text."""
    for state in context.states:
        row = state.obj()
        written = [name for name, value in state.dict.items() if isinstance(value, Token)]
        if written and row in session:
            session.expire(row, written)


# Built once: every turn asks these, and building a statement costs more than running it.
_SCOPE = bindparam("scope", type_=String())
_OWNERS = (
    select(ConnectionRow.account_id)
    .join(TicketRow, TicketRow.connection_id == ConnectionRow.id)
    .where(TicketRow.id == _SCOPE),
    select(ConnectionRow.account_id).where(ConnectionRow.id == _SCOPE),
    select(AccessRow.account_id).where(AccessRow.id == _SCOPE),
    select(AccountRow.id).where(AccountRow.id == _SCOPE),
)
