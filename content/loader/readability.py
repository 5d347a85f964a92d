"""Reading age of English words for parents; measures, and never judges or changes a text."""

from __future__ import annotations

import re

# Flesch-Kincaid grade level (Kincaid and others 1975, Research Branch Report 8-75). A British
# reading age is the school grade plus five years.
_YEARS_PER_SENTENCE_WORD, _YEARS_PER_SYLLABLE, _OFFSET = 0.39, 11.8, -15.59
_GRADE_TO_AGE = 5.0

_NUMBER = re.compile(r"\+?\d[\d\s.,:]*")
_VARIABLE = re.compile(r"{{.*?}}|{%.*?%}")
_ENDS = re.compile(r"[.!?:]+(?:\s|$)|\n\s*\n|\n\s*-\s")
_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]es|[^aeioudty]ed|[^laeiouy]e)$")
_SPLIT = re.compile(r"(?<![cgst])i[ao](?!u)|(?<!q)u[ao](?!u)|(?<!p)eo(?!u)|yi|[aeou]ing")


def reading_age(text: str) -> float:
    """Years of age at which half of readers follow the text: Flesch-Kincaid grade plus five.

    Numbers and template variables are left out, a list item counts as a sentence.
    """
    plain = _NUMBER.sub(" ", _VARIABLE.sub(" ", text))
    sentences = [words for part in _ENDS.split(plain) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    per_sentence = len(words) / len(sentences)
    per_word = sum(syllables(word) for word in words) / len(words)
    grade = _YEARS_PER_SENTENCE_WORD * per_sentence + _YEARS_PER_SYLLABLE * per_word + _OFFSET
    return grade + _GRADE_TO_AGE


def syllables(word: str) -> int:
    """Spoken syllables of an English word, by its vowel groups; right for about nine in ten."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    groups = len(_VOWELS.findall(_SILENT.sub("", plain) or plain))
    return max(1, groups + len(_SPLIT.findall(plain)))
