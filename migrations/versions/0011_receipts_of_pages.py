"""receipts of pages by text.

Revision: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

import common.db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("alert_pages", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("delivered_at", common.db.UtcDateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("alert_pages", schema=None) as batch_op:
        batch_op.drop_column("delivered_at")
