"""the audit log stays as it was written.

Revision: 0007
Revises: 0006
"""

from alembic import op

from console.tables import APPEND_ONLY

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_DROP = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS audit_entries_no_update",
        "DROP TRIGGER IF EXISTS audit_entries_no_delete",
    ),
    "postgresql": ("DROP TRIGGER IF EXISTS audit_entries_append_only ON audit_entries",),
}


def upgrade() -> None:
    for statement in APPEND_ONLY.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def downgrade() -> None:
    for statement in _DROP.get(op.get_bind().dialect.name, ()):
        op.execute(statement)
