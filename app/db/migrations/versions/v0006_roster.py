"""Who can be given tickets, the host's own clocks, and how likely promises are to be broken."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def _teammate() -> None:
    op.create_table(
        "teammate",
        sa.Column("connection_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("known", sa.JSON(), nullable=False),
        sa.Column("read_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name="fk_teammate_connection_id"),
        sa.PrimaryKeyConstraint("connection_id", "id", name="pk_teammate"),
    )


def _seat() -> None:
    op.create_table(
        "seat",
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("connection_id", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("requester", sa.String(length=200), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name="fk_seat_connection_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_seat_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_seat"),
    )
    op.create_index("ix_seat_connection_id_agent_state", "seat", ["connection_id", "agent", "state"], unique=False)
    op.create_index("ix_seat_connection_id_requester", "seat", ["connection_id", "requester"], unique=False)


def _host_clock() -> None:
    op.create_table(
        "host_clock",
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("metric", sa.String(length=60), nullable=False),
        sa.Column("policy", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", AT, nullable=True),
        sa.Column("read_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_host_clock_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "metric", name="pk_host_clock"),
    )


def upgrade() -> None:
    """People, seats and clocks; a deadline says how likely it is to be missed."""
    _teammate()
    _seat()
    _host_clock()
    op.add_column("deadline", sa.Column("priority", sa.String(length=10), nullable=False, server_default=""))
    for name in ("foreseen", "predicted", "risk"):
        op.add_column("deadline", sa.Column(name, sa.Double(), nullable=True))


def downgrade() -> None:
    """Who had what is forgotten."""
    for name in ("risk", "predicted", "foreseen", "priority"):
        op.drop_column("deadline", name)
    for table in ("host_clock", "seat", "teammate"):
        op.drop_table(table)
