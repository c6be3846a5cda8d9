"""Runs of workflows and what they do elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
OPEN = sa.text("state = 'open'")


def _run() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("judged", sa.JSON(), nullable=False),
        sa.Column("event", sa.String(length=200), nullable=False),
        sa.Column("wake_at", AT, nullable=True),
        sa.Column("happened", sa.JSON(), nullable=True),
        sa.Column("wakes", sa.Integer(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_run_account_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_run_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_index("ix_run_ticket_id_created_at", "run", ["ticket_id", "created_at"], unique=False)
    op.create_index(
        "uq_run_open", "run", ["ticket_id", "category"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_run_wake_at", "run", ["wake_at"], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(
        "ix_run_event", "run", ["account_id", "event"], unique=False, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _deed() -> None:
    op.create_table(
        "deed",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("system", sa.String(length=60), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("permit", sa.JSON(), nullable=True),
        sa.Column("why", sa.JSON(), nullable=True),
        sa.Column("undoes", sa.String(length=100), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", AT, nullable=True),
        sa.Column("not_before", AT, nullable=True),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_deed_account_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_deed_run_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_deed_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deed"),
        sa.UniqueConstraint("key", name="uq_deed_key"),
    )
    op.create_index("ix_deed_run_id", "deed", ["run_id"], unique=False)
    op.create_index("ix_deed_ticket_id", "deed", ["ticket_id"], unique=False)
    op.create_index("ix_deed_account_id_name_created_at", "deed", ["account_id", "name", "created_at"], unique=False)


def upgrade() -> None:
    """Runs, and their effects."""
    _run()
    _deed()


def downgrade() -> None:
    """What workflows did is forgotten."""
    for table in ("deed", "run"):
        op.drop_table(table)
