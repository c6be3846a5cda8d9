"""What backends and the account's own site tell us."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
WAITING = sa.text("state in ('waiting', 'opening')")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "signal",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("delivery", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=False),
        sa.Column("started_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_signal_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signal"),
        sa.UniqueConstraint("account_id", "source", "delivery", name="uq_signal_account_id_source_delivery"),
    )
    op.create_index(
        "ix_signal_waiting",
        "signal",
        ["account_id", "id"],
        unique=False,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index("ix_signal_account_id_state_received_at", "signal", ["account_id", "state", "received_at"])
    op.create_index("ix_signal_account_id_person_received_at", "signal", ["account_id", "person", "received_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("signal")
