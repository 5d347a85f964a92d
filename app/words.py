"""Approves words from the command line."""

from app.bootstrap import read_topics
from common.clock import SystemClock
from common.db import session_factory
from common.settings import Settings
from content.loader import load_messages
from conversations import approvals


def approve(
    settings: Settings,
    content_id: str,
    *,
    by: str,
    role: str,
    language: str = approvals.ENGLISH,
) -> str:
    """Record an approval of a text as it stands now; returns a sentence.

    Raises:
        NotFound: there is no such text.
    """
    messages, topics = load_messages(settings.root, language), read_topics(settings.root)
    sha256 = approvals.hash_of(content_id, messages, topics, language)
    with session_factory(settings.database_url).begin() as session:
        approvals.approve(
            session,
            content_id,
            sha256,
            by=by,
            role=role,
            now=SystemClock().now(),
            language=language,
        )
    return f"{content_id} ({language}) is approved by {by} ({role})."
