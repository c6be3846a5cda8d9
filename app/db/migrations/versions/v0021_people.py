"""People and their roles, places that are connected once, whose install it is again, and the log of decisions by account."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
DECIDED = sa.text("account_id <> ''")
MODE = {"sqlite": "json_extract(body, '$.mode')", "postgresql": "body ->> 'mode'"}
CATEGORY = {
    "sqlite": "json_extract(c.body, '$.labels[0].category')",
    "postgresql": "c.body #>> '{labels,0,category}'",
}


def upgrade() -> None:
    """Add them. Decisions that are there get their account, category and mode from what was saved with them."""
    _people()
    op.add_column("connection", sa.Column("place", sa.Text(), nullable=True))
    op.create_index("ix_connection_place", "connection", ["place"], unique=True)
    op.add_column("install", sa.Column("connection_id", sa.String(length=64), nullable=False, server_default=""))
    for name, size in (("account_id", 32), ("category", 200), ("mode", 10)):
        op.add_column("judgement", sa.Column(name, sa.String(length=size), nullable=False, server_default=""))
    _fill(op.get_bind().dialect.name)
    op.create_index(
        "ix_judgement_account_id_at_id",
        "judgement",
        ["account_id", "at", "id"],
        sqlite_where=DECIDED,
        postgresql_where=DECIDED,
    )


def _people() -> None:
    op.create_table(
        "member",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("connection_id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("told", sa.String(length=10), nullable=False),
        sa.Column("given", sa.String(length=10), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.Column("given_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_member_account_id"),
        sa.PrimaryKeyConstraint("account_id", "connection_id", "person", name="pk_member"),
    )
    op.add_column("visit", sa.Column("told_at", AT, nullable=True))
    op.execute("update visit set told_at = created_at")
    for name in ("person", "connection_id"):
        op.add_column("invitation", sa.Column(name, sa.String(length=300), nullable=False, server_default=""))


def _fill(dialect: str) -> None:
    op.execute(
        "update judgement set account_id = (select connection.account_id from ticket join connection"  # noqa: S608
        " on connection.id = ticket.connection_id where ticket.id = judgement.ticket_id),"
        f" mode = coalesce({MODE[dialect]}, ''),"
        f" category = coalesce((select substr({CATEGORY[dialect]}, 1, 200) from judgement c"
        " where c.decision_id = judgement.decision_id and c.kind = 'classification' limit 1), '')"
        " where kind = 'decision'"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_judgement_account_id_at_id", "judgement")
    for name in ("account_id", "category", "mode"):
        op.drop_column("judgement", name)
    op.drop_column("install", "connection_id")
    op.drop_index("ix_connection_place", "connection")
    op.drop_column("connection", "place")
    for name in ("person", "connection_id"):
        op.drop_column("invitation", name)
    op.drop_column("visit", "told_at")
    op.drop_table("member")
