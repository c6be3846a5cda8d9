"""Where a turn began: the trace that an event came in with, and since when an effect's reader waits. Indexes for what people see to."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
PARKED = sa.text("state = 'parked'")
REVIEW = sa.text("state = 'review'")


def upgrade() -> None:
    """Add them; what is there came without."""
    op.add_column("event", sa.Column("trace", sa.String(length=55), nullable=True))
    op.add_column("effect", sa.Column("trace", sa.String(length=55), nullable=True))
    op.add_column("effect", sa.Column("since", AT, nullable=True))
    op.create_index("ix_event_parked", "event", ["ticket_id"], sqlite_where=PARKED, postgresql_where=PARKED)
    op.create_index("ix_effect_review", "effect", ["id"], sqlite_where=REVIEW, postgresql_where=REVIEW)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_effect_review", "effect")
    op.drop_index("ix_event_parked", "event")
    for name in ("since", "trace"):
        op.drop_column("effect", name)
    op.drop_column("event", "trace")
