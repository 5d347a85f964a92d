"""insight: what a message was about, counts by day, activity entered by staff.

Revision: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.JSON(), nullable=True))
        batch_op.create_index("ix_outbound_created_at", ["created_at"])
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.create_index("ix_inbound_received_at", ["received_at"])
    op.create_table(
        "insight_counts",
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(96), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "day", "key", name=op.f("pk_insight_counts")),
    )
    op.create_table(
        "insight_activities",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("organisation", sa.String(120), nullable=True),
        sa.Column("profession", sa.String(60), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(16), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("entry_key", sa.String(64), nullable=False),
        sa.Column("entered_by", sa.String(32), nullable=True),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("taken_back_at", UtcDateTime(), nullable=True),
        sa.Column("taken_back_by", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insight_activities")),
        sa.UniqueConstraint("entry_key", name=op.f("uq_insight_activities_entry_key")),
    )
    op.create_index("ix_insight_activities_day", "insight_activities", ["day"])
    op.create_index("ix_insight_activities_kind_day", "insight_activities", ["kind", "day"])


def downgrade() -> None:
    op.drop_table("insight_activities")
    op.drop_table("insight_counts")
    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.drop_index("ix_outbound_created_at")
        batch_op.drop_column("about")
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.drop_index("ix_inbound_received_at")
