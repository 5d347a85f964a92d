"""the course of a crisis.

Revision: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

import common.db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("crisis", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("crisis_class", sa.String(length=24), nullable=True))
        batch_op.add_column(
            sa.Column("crisis_at", common.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("crisis_form", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("privacy", sa.String(length=8), nullable=True))
        batch_op.add_column(
            sa.Column("privacy_at", common.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("clear_due_at", common.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.create_index(
            batch_op.f("ix_conversations_clear_due_at"), ["clear_due_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversations_clear_due_at"))
        for name in (
            "clear_due_at",
            "privacy_at",
            "privacy",
            "crisis_form",
            "crisis_at",
            "crisis_class",
            "crisis",
        ):
            batch_op.drop_column(name)
