"""Promises that run, and solved cases by their encoder: both are asked for in every turn, and all there ever were was looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

RUNNING = sa.text("met_at is null")


def upgrade() -> None:
    """Add both."""
    op.create_index(
        "ix_deadline_running", "deadline", ["account_id", "due_at"], sqlite_where=RUNNING, postgresql_where=RUNNING
    )
    op.create_index("ix_solved_account_id_encoder_solved_at", "solved", ["account_id", "encoder", "solved_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_solved_account_id_encoder_solved_at", "solved")
    op.drop_index("ix_deadline_running", "deadline")
