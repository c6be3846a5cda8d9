"""Sessions on our pages, the links and tokens that begin them, and why a person found a draft wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; an outcome says why."""
    op.create_table(
        "visit",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("connection_id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("framed_by", sa.Text(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("ends_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_visit_account_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_visit"),
    )
    op.create_index("ix_visit_account_id_ends_at", "visit", ["account_id", "ends_at"])
    op.create_index("ix_visit_ends_at", "visit", ["ends_at"])
    op.create_table(
        "invitation",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("ends_at", AT, nullable=False),
        sa.Column("used_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_invitation_account_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_invitation"),
    )
    op.create_table(
        "used",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ends_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_used"),
    )
    op.create_index("ix_used_ends_at", "used", ["ends_at"])
    op.add_column("outcome", sa.Column("reason", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the tables and the reasons."""
    op.drop_column("outcome", "reason")
    op.drop_table("used")
    op.drop_table("invitation")
    op.drop_table("visit")
