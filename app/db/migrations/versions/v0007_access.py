"""Bearer tokens for our own API."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One table; a token is found by its hash."""
    op.create_table(
        "access",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("ends_at", AT, nullable=True),
        sa.Column("revoked_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_access_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access"),
        sa.UniqueConstraint("digest", name="uq_access_digest"),
    )
    op.create_index("ix_access_account_id", "access", ["account_id"], unique=False)


def downgrade() -> None:
    """Every token is void then."""
    op.drop_table("access")
