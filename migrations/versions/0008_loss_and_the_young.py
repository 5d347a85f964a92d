"""loss as one event, and children who write.

Revision: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

import common.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("loss_at", common.db.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("loss_by", sa.String(length=32), nullable=True))
        batch_op.add_column(
            sa.Column("loss_surviving", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("young", sa.String(length=8), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        for name in ("young", "loss_surviving", "loss_by", "loss_at"):
            batch_op.drop_column(name)
