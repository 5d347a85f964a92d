"""marks of the safety review.

Revision: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

import common.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "screen_marks",
        sa.Column("inbound_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("cls", sa.String(length=24), nullable=True),
        sa.Column("tier", sa.String(length=8), nullable=True),
        sa.Column("marked_by", sa.String(length=32), nullable=False),
        sa.Column("marked_at", common.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_screen_marks_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["inbound_id"], ["inbound.id"], name=op.f("fk_screen_marks_inbound_id_inbound")
        ),
        sa.ForeignKeyConstraint(
            ["marked_by"], ["staff.id"], name=op.f("fk_screen_marks_marked_by_staff")
        ),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_screen_marks")),
    )
    with op.batch_alter_table("screen_marks", schema=None) as batch_op:
        for column in ("conversation_id", "mark"):
            batch_op.create_index(batch_op.f(f"ix_screen_marks_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("screen_marks")
