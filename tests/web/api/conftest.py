from datetime import UTC, datetime

import pytest

from app.db import access


@pytest.fixture
def token(receiver):
    """Gives out tokens of the receiver's account, as the command line does."""

    def give(*scopes: str, ends_at: datetime | None = None) -> str:
        with receiver.services.database.session() as session:
            return access.issue(session, receiver.account, scopes, at=datetime.now(UTC), ends_at=ends_at)[1]

    return give


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
