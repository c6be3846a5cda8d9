"""What was decided on a ticket last is found by the ticket alone: SQLite went through every decision there is, for the order's sake."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the longer index in the shorter one's place."""
    op.create_index("ix_judgement_ticket_id_kind_at_id", "judgement", ["ticket_id", "kind", "at", "id"])
    op.drop_index("ix_judgement_ticket_id_at", "judgement")


def downgrade() -> None:
    """And back."""
    op.create_index("ix_judgement_ticket_id_at", "judgement", ["ticket_id", "at"])
    op.drop_index("ix_judgement_ticket_id_kind_at_id", "judgement")
