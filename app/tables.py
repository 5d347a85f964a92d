"""Every table of the house in one metadata, for migrations and tests."""

import importlib

from sqlalchemy import MetaData

from common.db import Base

ROOMS = (
    "conversations.tables",
    "insight.tables",
    "signposting.tables",
    "referrals.tables",
    "console.tables",
    "channels.web_chat.tables",
    "alerts.tables",
)


def metadata() -> MetaData:
    """The metadata with all tables, whichever module defines them."""
    for room in ROOMS:
        importlib.import_module(room)
    return Base.metadata
