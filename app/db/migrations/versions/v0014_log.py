"""What people did beside us, errands, alarms; and notices that are about no ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and let a notice be about the account as a whole, with a text and a page of its own."""
    op.create_table(
        "agreement",
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_agreement_account_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_agreement_ticket_id"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_agreement"),
    )
    op.create_index("ix_agreement_account_id_at", "agreement", ["account_id", "at"])
    op.create_table(
        "errand",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("settled_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_errand_account_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_errand_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_errand"),
    )
    op.create_index("ix_errand_account_id_asked_at", "errand", ["account_id", "asked_at"])
    op.create_table(
        "alarm",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", AT, nullable=False),
        sa.Column("told_at", AT, nullable=False),
        sa.Column("over_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_alarm_account_id"),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_alarm"),
    )
    with op.batch_alter_table("notice") as notice:
        notice.alter_column("ticket_id", existing_type=sa.String(length=32), nullable=True)
        notice.add_column(sa.Column("text", sa.Text(), nullable=False, server_default=""))
        notice.add_column(sa.Column("page", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take them away. Notices about no ticket go with them."""
    op.execute("delete from notice where ticket_id is null")
    with op.batch_alter_table("notice") as notice:
        notice.drop_column("page")
        notice.drop_column("text")
        notice.alter_column("ticket_id", existing_type=sa.String(length=32), nullable=False)
    for table in ("alarm", "errand", "agreement"):
        op.drop_table(table)
