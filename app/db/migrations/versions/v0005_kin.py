"""What tickets are like, incidents that they belong to, and who acknowledged a notice."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("parent", sa.String(length=32), nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("last_at", AT, nullable=False),
        sa.Column("confirmed_at", AT, nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_incident_account_id"),
        sa.ForeignKeyConstraint(["parent"], ["ticket.id"], name="fk_incident_parent"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_account_id_opened_at", "incident", ["account_id", "opened_at"], unique=False)


def _sketch() -> None:
    op.create_table(
        "sketch",
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("engine", sa.String(length=80), nullable=False),
        sa.Column("moods", sa.JSON(), nullable=False),
        sa.Column("spam", sa.Boolean(), nullable=False),
        sa.Column("twin", sa.String(length=32), nullable=True),
        sa.Column("incident_id", sa.String(length=32), nullable=True),
        sa.Column("first_at", AT, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_sketch_account_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_sketch_incident_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_sketch_ticket_id"),
        sa.ForeignKeyConstraint(["twin"], ["ticket.id"], name="fk_sketch_twin"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_sketch"),
    )
    op.create_index("ix_sketch_account_id_person_at", "sketch", ["account_id", "person", "at"], unique=False)
    op.create_index("ix_sketch_account_id_category_at", "sketch", ["account_id", "category", "at"], unique=False)


def upgrade() -> None:
    """The incident first: sketches point to it."""
    _incident()
    _sketch()
    visible = sa.text("requester is not null")
    op.create_index("ix_effect_visible", "effect", ["created_at"], sqlite_where=visible, postgresql_where=visible)
    op.add_column("notice", sa.Column("acknowledged_at", AT, nullable=True))
    op.add_column("notice", sa.Column("acknowledged_by", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """What is gone can be found again from the tickets."""
    op.drop_index("ix_effect_visible", "effect")
    op.drop_table("sketch")
    op.drop_table("incident")
    with op.batch_alter_table("notice") as notice:
        notice.drop_column("acknowledged_by")
        notice.drop_column("acknowledged_at")
