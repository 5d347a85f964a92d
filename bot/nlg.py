"""Answers Rasa's request for words with a key and variables; it never holds or renders words."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator


class KeysOnly(NaturalLanguageGenerator):
    """Rasa's NLG port: `utter_x` becomes `{"custom": {"key": "utter_x", "variables": {}}}`."""

    def __init__(self, *_: Any, **__: Any) -> None:
        # Rasa passes the endpoint and the domain; neither is needed.
        return

    async def generate(
        self,
        utter_action: str,
        tracker: Any,  # noqa: ARG002 (Rasa's signature)
        output_channel: str,  # noqa: ARG002
        **kwargs: Any,
    ) -> dict[str, Any]:
        """The reply part of one `utter_*` key.

        `variables` are the plain values that an action passed along with the key.
        """
        plain = {k: v for k, v in kwargs.items() if isinstance(v, str | int | float | bool)}
        return {"custom": {"key": utter_action, "variables": plain}}
