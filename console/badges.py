"""The few numbers that stand in the menu of every page; counts only."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conversations.tables import Flag, Task


@dataclass(frozen=True)
class Badges:
    """How much is open: flags of tier `now` that nobody acknowledged, and tasks."""

    risk: int
    tasks: int


def count(session: Session) -> Badges:
    """Count afresh; joined flags count as one with the flag they joined."""
    risk = session.scalar(
        select(func.count())
        .select_from(Flag)
        .where(Flag.tier == "now", Flag.acknowledged_at.is_(None), Flag.joins.is_(None))
    )
    tasks = session.scalar(select(func.count()).select_from(Task).where(Task.done_at.is_(None)))
    return Badges(risk or 0, tasks or 0)
