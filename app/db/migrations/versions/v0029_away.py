"""Until when a vendor was away as a whole: what waited for that comes back at a pace, what waited for a vendor's limit does not."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; nobody was away."""
    op.add_column("connection", sa.Column("away_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("connection", "away_until")
