"""The assistant's actions: they read, and answer with keys and effects. The app runs them."""

from rasa_sdk import Action

from bot.actions.deps import Deps
from bot.actions.ending import CancelReferral, SubmitReferral
from bot.actions.language import Speak
from bot.actions.people import (
    ChangeReferral,
    DeleteMe,
    ReferralStatus,
    TalkToPerson,
    WithdrawReferral,
)
from bot.actions.referral import AskConsent, AskPhone, ValidateReferralForm
from bot.actions.smalltalk import Fallback, RecordFeedback, SetFacts
from bot.actions.starting import StartReferral
from bot.actions.support import FindSupport
from bot.actions.topics import InformTopic

__all__ = ["ACTIONS", "all_actions"]

ACTIONS = (
    AskConsent,
    AskPhone,
    CancelReferral,
    ChangeReferral,
    DeleteMe,
    Fallback,
    FindSupport,
    InformTopic,
    RecordFeedback,
    ReferralStatus,
    SetFacts,
    Speak,
    StartReferral,
    SubmitReferral,
    TalkToPerson,
    ValidateReferralForm,
    WithdrawReferral,
)


def all_actions(deps: Deps | None = None) -> list[Action]:
    """An instance of every action.

    Args:
        deps: what they read; where none is given they use what `set_deps` was given.
    """
    return [kind(deps) for kind in ACTIONS]
