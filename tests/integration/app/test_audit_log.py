import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

ADD = (
    "INSERT INTO audit_entries (id, at, action, subject, subject_id) "
    "VALUES ('a', '2026-03-02 10:00:00', 'conversation.opened', 'conversation', 'c')"
)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entries SET action = 'nothing'", "DELETE FROM audit_entries"],
)
def test_a_migrated_database_refuses_to_rewrite_the_audit_log(engine, statement):
    with engine.begin() as connection:
        connection.execute(text(ADD))
    with (
        pytest.raises(DBAPIError, match="append only"),
        engine.begin() as connection,
    ):
        connection.execute(text(statement))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT action FROM audit_entries")).scalar() == (
            "conversation.opened"
        )
