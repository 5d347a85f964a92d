"""The learning curve: our intent model fitted on fewer and fewer examples an intent.

Runs in the assistant's environment: `python -m benchmarks.nlu.curve SET.json OUT.json`. The
examples are those of the training data, a seeded sample of each intent; vectors are made once.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from bot import launch

ROOT = Path(__file__).resolve().parents[2]
STEPS = (4, 8, 12, 16, 24, None)
SEEDS = (1, 2, 3)


def main(given: list[str]) -> None:
    """For each step and seed, the parses of every text of the set."""
    launch.prepare()
    from rasa.shared.importers.importer import TrainingDataImporter  # type: ignore[import-not-found]

    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "bot" / "data")]
    )
    examples = importer.get_nlu_data().intent_examples
    pairs = [(e.get("text"), e.get("intent")) for e in examples if e.get("text")]
    tests = json.loads(Path(given[0]).read_text())
    Path(given[1]).write_text(json.dumps(list(_curve(pairs, tests))))


def _curve(pairs: list[tuple[str, str]], tests: list[str]) -> Any:
    from bot.nlu.classifier import own_words_of
    from bot.nlu.encoder import encode_all, encoder
    from bot.nlu.intent import ACCEPTED, fit
    from bot.nlu.normalise import Normaliser
    from bot.nlu.words import known_words

    encode = encoder("accurate")
    normalise = Normaliser(known_words(own_words_of([text for text, _ in pairs])))
    plain = [normalise(text) for text, _ in pairs]
    vectors = encode_all(encode, plain)
    asked = [normalise(text) for text in tests]
    asked_vectors = encode_all(encode, asked)
    for most in STEPS:
        for seed in SEEDS if most else SEEDS[:1]:
            kept = _sample([intent for _, intent in pairs], most, seed)
            model = fit(
                [plain[i] for i in kept], [pairs[i][1] for i in kept], vectors[np.array(kept)]
            )
            found = [model.rank(t, v) for t, v in zip(asked, asked_vectors, strict=True)]
            yield {
                "most": most,
                "seed": seed,
                "examples": len(kept),
                "parses": [
                    {
                        "intent": one.name if one.confidence >= ACCEPTED else "nlu_fallback",
                        "confidence": one.ranking[0][1],
                        "ranking": [name for name, _ in one.ranking],
                        "ms": 0.0,
                    }
                    for one in found
                ],
            }


def _sample(intents: list[str], most: int | None, seed: int) -> list[int]:
    """Numbers of the examples to keep; those out of scope are kept in the same share."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, intent in enumerate(intents):
        groups[intent].append(number)
    if most is None:
        return list(range(len(intents)))
    chance = random.Random(seed)
    usual = sorted(len(found) for found in groups.values())[len(groups) // 2]
    kept: list[int] = []
    for intent, found in sorted(groups.items()):
        many = len(found) * most // usual if intent == "out_of_scope" else most
        kept += chance.sample(found, min(many, len(found)))
    return sorted(kept)


if __name__ == "__main__":
    main(sys.argv[1:])
