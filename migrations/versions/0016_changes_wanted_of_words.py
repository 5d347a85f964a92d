"""words: changes that staff want of a text.

Revision: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_requests",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("content_id", sa.String(96), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(96), nullable=False),
        sa.Column("role", sa.String(48), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_requests")),
    )
    op.create_index("ix_change_requests_content_id", "change_requests", ["content_id", "language"])


def downgrade() -> None:
    op.drop_table("change_requests")
