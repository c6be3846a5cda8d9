"""Installs by OAuth that were begun."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "install",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("vendor", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("redirect", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("ends_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_install_account_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_install"),
    )
    op.create_index("ix_install_ends_at", "install", ["ends_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("install")
