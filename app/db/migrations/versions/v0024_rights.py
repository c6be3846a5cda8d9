"""Whose data are where, what people asked about theirs and consented to, and drafts that quote knowledge, told without reading them."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
ACCOUNT = ["account.id"]
QUOTED = {
    "sqlite": "json_extract(body, '$.passages[0].source') is not null",
    "postgresql": "body #>> '{passages,0,source}' is not null",
}


def upgrade() -> None:
    """Make the tables, and mark the drafts that are there."""
    _parties()
    _rights()
    op.add_column("judgement", sa.Column("quoted", sa.Boolean(), nullable=False, server_default=sa.false()))
    test = QUOTED[op.get_bind().dialect.name]
    op.execute(f"update judgement set quoted = true where kind = 'draft' and {test}")  # noqa: S608  # our own words


def _parties() -> None:
    op.create_table(
        "party",
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("mail", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ACCOUNT, name="fk_party_account_id"),
        sa.PrimaryKeyConstraint("ticket_id", "person", name="pk_party"),
    )
    for name in ("person", "mail", "phone"):
        op.create_index(f"ix_party_account_id_{name}", "party", ["account_id", name])
    op.create_table(
        "absent",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("since", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ACCOUNT, name="fk_absent_account_id"),
        sa.PrimaryKeyConstraint("account_id", "person", name="pk_absent"),
    )


def _rights() -> None:
    op.create_table(
        "rights_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("done_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ACCOUNT, name="fk_rights_request_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rights_request"),
    )
    op.create_index("ix_rights_request_account_id_asked_at", "rights_request", ["account_id", "asked_at"])
    op.create_index("ix_rights_request_state_due_at", "rights_request", ["state", "due_at"])
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ACCOUNT, name="fk_consent_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_account_id_person_purpose_at", "consent", ["account_id", "person", "purpose", "at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_column("judgement", "quoted")
    for name in ("consent", "rights_request", "absent", "party"):
        op.drop_table(name)
