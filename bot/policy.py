"""Rasa's rule policy, quick with many rules and able to end after a fallback; it adds no rule."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

State = dict[str, dict[str, Any]]
_Place = tuple[str | None, str | None]
_Kept = tuple[dict[str, str], int, dict[_Place, list[str]]]


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class Rules(RulePolicy):
    """The same predictions as RulePolicy wherever that one comes to an end.

    RulePolicy compares every rule with the conversation, twice an action: at 100 rules that is a
    third of a turn. Here only rules whose last state has the same action and intent are compared.
    RulePolicy also repeats a custom fallback action until the circuit breaker trips, unless the
    action takes the parent's message back; here it waits, or goes back to the open form.
    """

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        last = states[-1] if states else {}
        places = self._places(lookup)
        action, intent = _place(last)
        near = [*places.get((action, intent), ()), *places.get((action, None), ())]
        keys: set[str] = super()._get_possible_keys({key: lookup[key] for key in near}, states)
        return keys

    def _places(self, lookup: dict[str, str]) -> dict[_Place, list[str]]:
        # Lookups grow while training checks them for contradictions; afterwards they stay.
        kept: list[_Kept] = self.__dict__.setdefault("_kept", [])
        for of, size, places in kept:
            if of is lookup and size == len(lookup):
                return places
        places = {}
        for key in lookup:
            places.setdefault(_place(self._rule_key_to_state(key)[-1]), []).append(key)
        kept[:] = [entry for entry in kept if entry[0] is not lookup][-3:]
        kept.append((lookup, len(lookup), places))
        return places

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(
            tracker, domain, use_text_for_last_user_input
        )
        action, source, returning = found
        if action is None and tracker.latest_action_name == self._fallback_action_name:
            if tracker.active_loop_name:
                return tracker.active_loop_name, source, True
            return ACTION_LISTEN_NAME, source, returning
        return found


def _place(state: State) -> _Place:
    return state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), state.get(USER, {}).get(INTENT)
