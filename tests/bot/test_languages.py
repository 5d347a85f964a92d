"""Texts that are not English: how they are told apart, their vectors, their own model."""

import os
from pathlib import Path

import numpy as np
import pytest

from bot.nlu import stored
from bot.nlu.classifier import ENGLISH
from bot.nlu.encoder import EncoderMissing
from bot.nlu.intent import fit
from bot.nlu.multilingual import FOLDER, MultilingualEncoder
from bot.nlu.normalise import Normaliser, split
from bot.nlu.words import known_words

ROOT = Path(__file__).resolve().parents[2]
WHO = ("she", "he", "our boy", "my girl", "the baby", "it", "my son", "the other one")
LANGUAGES = ("ar", "bn-Latn", "pa-Latn", "pl", "ro", "sk", "ur", "ur-Latn")


@pytest.fixture(scope="module")
def normalise() -> Normaliser:
    return Normaliser(known_words([]))


@pytest.fixture(scope="module")
def encode() -> MultilingualEncoder:
    if not FOLDER.is_dir() and os.uname().machine != "x86_64":
        pytest.skip("no package of weights for this processor")
    return MultilingualEncoder()


@pytest.mark.parametrize(
    "text",
    [
        "my baby wont sleep and im shattered",
        "hes 7 wks and cluster feedin, ppl r so judgy",
        "ta, thats helped",
        "BD5 8HL",
        "\U0001f62d",
        "",
    ],
)
def test_english_is_known_however_it_is_texted(normalise: Normaliser, text: str) -> None:
    assert normalise.known(text) >= ENGLISH


@pytest.mark.parametrize(
    "text",
    [
        "mera beta raat ko bohat uthta hai",
        "synek nie chce spać w łóżeczku",
        "میں بہت اداس رہتی ہوں",
        "طفلي لا ينام",
        "dcérka stále plače",
    ],
)
def test_other_languages_are_told_apart(normalise: Normaliser, text: str) -> None:
    assert normalise.known(text) < ENGLISH


def test_words_of_any_language_are_split_and_not_corrected() -> None:
    assert split("Mera  beta, raat ko!") == "mera beta , raat ko !"
    assert split("طفلي لا ينام؟") == "طفلي لا ينام ؟"


def test_the_encoder_brings_languages_together(encode: MultilingualEncoder) -> None:
    english, urdu, polish, car = map(
        encode,
        [
            "my son wakes up all night",
            "mera beta raat ko uthta rehta hai",
            "synek budzi się w nocy",
            "the car needs a new tyre",
        ],
    )
    assert np.isclose(np.linalg.norm(english), 1, atol=1e-5)
    for other in (urdu, polish):
        assert other @ english > other @ car


def test_a_very_long_text_has_a_vector_too(encode: MultilingualEncoder) -> None:
    assert encode("dziecko płacze " * 500).shape == (384,)


def test_missing_files_say_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissing, match="make encoder"):
        MultilingualEncoder(tmp_path)


def test_a_model_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    about = {"cry": "cries", "sleep": "sleeps badly", "out_of_scope": "costs a lot"}
    pairs = [(f"{who} {what}", intent) for intent, what in about.items() for who in WHO]
    pairs += [("the match he cries", "out_of_scope"), ("she costs sleeps", "cry")]
    vectors = np.random.default_rng(1).normal(size=(len(pairs), 8)).astype(np.float32)
    model = fit([text for text, _ in pairs], [intent for _, intent in pairs], vectors)
    stored.write(tmp_path / "model", model, encoder="abc")

    again, facts = stored.read(tmp_path / "model")

    assert facts == {"encoder": "abc"}
    for (text, _), vector in zip(pairs, vectors, strict=True):
        was, now = model.rank(text, vector), again.rank(text, vector)
        assert was.name == now.name
        assert now.confidence == pytest.approx(was.confidence, abs=2e-2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_examples_of_what_matters_most(language: str) -> None:
    text = (ROOT / "bot" / "data" / "nlu" / "languages" / f"{language}.yml").read_text("utf-8")
    for intent in ("call_me", "ask_human", "start_referral", "find_support", "out_of_scope"):
        assert f"intent: {intent}\n" in text
    assert text.count("      - ") >= 80
