"""What became of tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "story",
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_story_account_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_story_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_story"),
    )
    op.create_index("ix_story_account_id_opened_at", "story", ["account_id", "opened_at"], unique=False)
    op.create_index("ix_story_account_id_person", "story", ["account_id", "person"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("story")
