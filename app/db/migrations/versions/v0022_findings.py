"""How far the look for card data has come, and what it found."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "scan",
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("began_at", AT, nullable=False),
        sa.Column("pass_at", AT, nullable=False),
        sa.Column("until", AT, nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_scan"),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("found_at", AT, nullable=False),
        sa.Column("gone_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
    )
    op.create_index("ix_finding_account_id_at", "finding", ["account_id", "at"])
    op.create_index("ix_finding_subject", "finding", ["subject"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("finding")
    op.drop_table("scan")
