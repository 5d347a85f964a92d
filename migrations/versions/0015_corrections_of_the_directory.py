"""directory: corrections by staff, laid over every import.

Revision: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_correction",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("slug", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("taken_back_at", UtcDateTime(), nullable=True),
        sa.Column("taken_back_by", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_correction")),
    )
    op.create_index("ix_directory_correction_slug", "directory_correction", ["slug", "at"])


def downgrade() -> None:
    op.drop_table("directory_correction")
