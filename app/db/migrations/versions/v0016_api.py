"""What callers of our API were answered, how often each may call, and an order in which what there is can be listed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, the column and the indexes."""
    op.create_table(
        "answered",
        sa.Column("access_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["access_id"], ["access.id"], name="fk_answered_access_id"),
        sa.PrimaryKeyConstraint("access_id", "key", name="pk_answered"),
    )
    op.create_index("ix_answered_at", "answered", ["at"])
    op.add_column("access", sa.Column("per_minute", sa.Integer(), nullable=True))
    op.create_index("ix_ticket_created_at_id", "ticket", ["created_at", "id"])
    op.create_index("ix_judgement_kind_at_id", "judgement", ["kind", "at", "id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_judgement_kind_at_id", "judgement")
    op.drop_index("ix_ticket_created_at_id", "ticket")
    op.drop_column("access", "per_minute")
    op.drop_table("answered")
