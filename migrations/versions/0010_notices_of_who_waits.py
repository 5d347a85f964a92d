"""notices of parents who wait.

Revision: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

import common.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("about_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("waits_since", common.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=32), nullable=False),
        sa.Column("created_at", common.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("not_before", common.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", common.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_notices")),
        sa.UniqueConstraint("kind", "about_id", name=op.f("uq_alert_notices_kind_about_id")),
    )
    with op.batch_alter_table("alert_notices", schema=None) as batch_op:
        batch_op.create_index("ix_alert_notices_unsent", ["sent_at", "not_before"], unique=False)


def downgrade() -> None:
    op.drop_table("alert_notices")
