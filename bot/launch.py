"""Starts Rasa's command line here: `python -m bot.launch run|train|shell|test|data ...`.

It prepares the process (no telemetry, no TensorFlow, one numeric thread), adds this repository's
paths where none are given, and for `run` checks the model. It changes nothing that Rasa does.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

from bot import stand_ins
from bot.card import BadModel, checked

DEFAULT_MODEL = Path("var/models/assistant.tar.gz")
DEVELOPMENT_ACTIONS_URL = "http://127.0.0.1:5055/webhook"

_PATHS = {
    "run": [
        "--endpoints=bot/endpoints.serve.yml",
        "--credentials=credentials.yml",
        "--interface=127.0.0.1",
    ],
    "shell": [f"--model={DEFAULT_MODEL}", "--endpoints=endpoints.yml"],
    "train": ["--data=bot/data", "--out=var/models"],
    "test": [f"--model={DEFAULT_MODEL}", "--endpoints=endpoints.yml", "--out=var/results"],
    "data": ["--data=bot/data"],
}


def prepare(*, serving: bool = False) -> None:
    """Readies this process for importing Rasa; calling it twice is harmless."""
    # Telemetry brings crash reports to a third party with it: never, whoever asks for it.
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    # Rasa's cache of trained steps does not see the code of our components change.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    # More threads than one only get in each other's way at this size.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    stand_ins.install(serving=serving)
    import sanic  # noqa: F401 (it switches these warnings on, so it comes first)

    # Rasa's own use of old interfaces: nothing that anybody here could act on.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", message="Slot auto-fill has been removed")


def arguments(given: list[str]) -> list[str]:
    """`given` with this repository's paths for those options that it does not name.

    Raises:
        BadModel: the command is `run` and the model is not one that training here has made.
    """
    # Rasa's inner parsers forget what stands before their name: `test core --model=...`.
    words = 2 if given[:2] in (["test", "core"], ["test", "nlu"]) else 1
    command, rest = given[0], given[words:]
    options = _PATHS.get(command, [])
    named = {option.partition("=")[0] for option in rest}
    defaults = [o for o in options if o.partition("=")[0] not in named]
    if given[:2] == ["test", "core"] and "--stories" not in named:
        defaults.append("--stories=tests/conversation")
    if command == "run":
        if "--enable-api" in named:
            raise BadModel("--enable-api would let a caller load any model: it is never used here")
        model = os.environ.get("FIRST1001_MODEL", str(DEFAULT_MODEL))
        if "--model" in named or "-m" in named:
            raise BadModel("name the model in FIRST1001_MODEL, so that its hash is checked")
        defaults.append(f"--model={checked(Path(model))}")
    # Rasa takes a last positional argument for a model, so ours come first.
    return [*given[:words], *defaults, *rest]


def main(given: list[str] | None = None) -> int:
    """Runs one Rasa command; returns the exit status."""
    given = sys.argv[1:] if given is None else given
    if not given:
        sys.stderr.write("Say what to start: python -m bot.launch run|train|shell|test|data\n")
        return 2
    prepare(serving=given[0] == "run")
    os.environ.setdefault("FIRST1001_ACTIONS_URL", DEVELOPMENT_ACTIONS_URL)
    if given[0] == "run" and not os.environ.get("FIRST1001_INTERNAL_SECRET"):
        sys.stderr.write("FIRST1001_INTERNAL_SECRET is not set; the app and the bot share it.\n")
        return 2
    os.environ.setdefault("FIRST1001_INTERNAL_SECRET", "")
    try:
        sys.argv = ["rasa", *arguments(given)]
    except BadModel as error:
        sys.stderr.write(f"{error}\n")
        return 2
    from rasa.__main__ import main as rasa_main

    rasa_main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
