"""The newest version of a page, and the one that ended last: each turn asks for them to see whether knowledge changed."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; the first takes the place of one that had the account alone."""
    op.create_index("ix_article_account_id_id", "article", ["account_id", "id"])
    op.create_index("ix_article_account_id_until", "article", ["account_id", "until"])
    op.drop_index("ix_article_account_id", "article")


def downgrade() -> None:
    """Take them away."""
    op.create_index("ix_article_account_id", "article", ["account_id"])
    op.drop_index("ix_article_account_id_until", "article")
    op.drop_index("ix_article_account_id_id", "article")
