"""Articles by version, their passages with vectors, and solved tickets.

Articles that were kept before are dropped: they are copies of what the vendors hold, and are read anew within the quarter of an hour.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _article() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=400), nullable=False),
        sa.Column("external_id", sa.String(length=1000), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_article_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_account_id", "article", ["account_id"])
    op.create_index(
        "uq_article_current",
        "article",
        ["account_id", "origin", "external_id"],
        unique=True,
        sqlite_where=sa.text("until is null"),
        postgresql_where=sa.text("until is null"),
    )


def _passage() -> None:
    op.create_table(
        "passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("anchor", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("title_words", sa.Text(), nullable=False),
        sa.Column("text_words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_passage_account_id"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_passage_article_id"),
        sa.PrimaryKeyConstraint("id", name="pk_passage"),
        sqlite_autoincrement=True,
    )
    for name in ("account_id", "article_id", "digest"):
        op.create_index(f"ix_passage_{name}", "passage", [name])


def _vector() -> None:
    op.create_table(
        "vector",
        sa.Column("passage_id", sa.Integer(), nullable=False),
        sa.Column("encoder", sa.String(length=40), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name="fk_vector_passage_id"),
        sa.PrimaryKeyConstraint("passage_id", "encoder", "part", name="pk_vector"),
    )


def _solved() -> None:
    op.create_table(
        "solved",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=400), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("encoder", sa.String(length=40), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_solved_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_solved"),
        sa.UniqueConstraint("account_id", "origin", "external_id", name="uq_solved_account_id_origin_external_id"),
    )


def upgrade() -> None:
    """Build them."""
    op.drop_table("article")
    # SQLite's index of words was a table of its own; PostgreSQL's went with the articles.
    op.execute("drop table if exists article_words")
    _article()
    _passage()
    _vector()
    _solved()


def downgrade() -> None:
    """There is no way back: restore the backup that was made before."""
    raise RuntimeError("this migration cannot be undone: restore the backup that was made before it")
