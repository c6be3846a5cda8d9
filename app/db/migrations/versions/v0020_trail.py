"""The audit trail, the ends of its chains, what was anchored outside, and legal holds."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
UNSEALED = sa.text("sequence IS NULL")


def upgrade() -> None:
    """Make the tables. The trail begins now: what happened before is in the decision log, and in no chain."""
    _trail()
    op.create_table(
        "chain",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("checked_at", AT, nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_chain"),
    )
    op.create_table(
        "anchor",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("due_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_anchor"),
        sa.UniqueConstraint("account_id", "day", name="uq_anchor_account_id_day"),
    )
    op.create_index("ix_anchor_due_at", "anchor", ["due_at"])
    op.create_table(
        "hold",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("lifted_by", sa.String(length=200), nullable=False),
        sa.Column("lifted_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
    )
    op.create_index("ix_hold_account_id_kind_subject", "hold", ["account_id", "kind", "subject"])


def _trail() -> None:
    op.create_table(
        "trail",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trail"),
        sa.UniqueConstraint("account_id", "sequence", name="uq_trail_account_id_sequence"),
    )
    columns = ["account_id", "id"]
    op.create_index("ix_trail_unsealed", "trail", columns, sqlite_where=UNSEALED, postgresql_where=UNSEALED)
    for column in ("at", "ticket_id", "person"):
        op.create_index(f"ix_trail_account_id_{column}", "trail", ["account_id", column])


def downgrade() -> None:
    """Drop the tables, and with them everything that was recorded."""
    for table in ("hold", "anchor", "chain", "trail"):
        op.drop_table(table)
