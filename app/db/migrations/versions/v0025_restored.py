"""When this database came out of a backup, and of when that was."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "restored",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("restored_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_restored"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("restored")
