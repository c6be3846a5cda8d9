"""Examples and the models made from them, gaps in the knowledge, usage that is billed, and experiments."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
ACCOUNT = sa.String(length=32)


def upgrade() -> None:
    """Make the tables."""
    _learning()
    _gaps()
    _usage()
    op.create_table(
        "trial",
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("experiment", sa.String(length=60), nullable=False),
        sa.Column("account_id", ACCOUNT, nullable=False),
        sa.Column("arm", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_trial_account_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_trial_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "experiment", name="pk_trial"),
    )
    op.create_index("ix_trial_account_id_experiment_at", "trial", ["account_id", "experiment", "at"])


def _learning() -> None:
    op.create_table(
        "example",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", ACCOUNT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("feedback", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_example_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_example"),
    )
    op.create_index("ix_example_account_id_at", "example", ["account_id", "at"])
    op.create_table(
        "generation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", ACCOUNT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_generation_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_generation"),
        sa.UniqueConstraint("account_id", "number", name="uq_generation_account_id_number"),
    )


def _gaps() -> None:
    op.create_table(
        "difference",
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", ACCOUNT, nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_difference_account_id"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_difference"),
    )
    op.create_index("ix_difference_account_id_at", "difference", ["account_id", "at"])
    op.create_table(
        "gap",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", ACCOUNT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("found_at", AT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("ruled_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_gap_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gap"),
    )
    op.create_index("ix_gap_account_id_state", "gap", ["account_id", "state"])


def _usage() -> None:
    op.create_table(
        "usage",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", ACCOUNT, nullable=False),
        sa.Column("use", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_usage_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_usage"),
    )
    op.create_index("ix_usage_account_id_at", "usage", ["account_id", "at"])
    op.create_table(
        "dispute",
        sa.Column("usage_id", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["usage_id"], ["usage.id"], name="fk_dispute_usage_id"),
        sa.PrimaryKeyConstraint("usage_id", name="pk_dispute"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("trial", "dispute", "usage", "gap", "difference", "generation", "example"):
        op.drop_table(name)
