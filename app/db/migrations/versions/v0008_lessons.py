"""What people's answers said about drafts, and the history of promotions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "lesson",
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_lesson_account_id"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_lesson"),
    )
    op.create_index("ix_lesson_account_id_category_at", "lesson", ["account_id", "category", "at"], unique=False)
    op.create_table(
        "promotion",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_promotion_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_promotion"),
    )
    op.create_index("ix_promotion_account_id_category_at", "promotion", ["account_id", "category", "at"], unique=False)


def downgrade() -> None:
    """Take both away."""
    op.drop_table("promotion")
    op.drop_table("lesson")
