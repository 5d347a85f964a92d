"""Trains the learned parts of the risk screen on the building sets and writes their weights.

Run with `make train-safety`, in the assistant's environment (it has scikit-learn); `--check` only
prints the held-out figures. The marks are picked on texts that neither part had seen. The encoder
is trained in an environment of its own (some 40 minutes on two cores, kept until examples change).
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.safety_encoder import Trained, trained
from benchmarks.safety_examples import FOREIGN, HELD_OUT, NONE, Example, area_words, examples
from safety.likeness import ALWAYS_GENTLE, WEIGHTS, WORTH, blend, features, pieces
from safety.normalise import plain
from safety.rulebook import book
from safety.screen import by_rules
from safety.tongues import some_english

STRENGTH = 30.0
#: Weights nearer to nothing than this, in twentieths, are left out.
LEAST = 5
#: Features that are kept, the weightiest ones; more change the held-out figures by chance only.
KEPT = 40_000
#: Shares of held-out near misses and of ordinary talk that likeness may mark. Below the goals
#: (8 % and 3 % gentle, 2 % and 0.3 % now) or at them: the rules have false alarms too.
GENTLE_NEAR, GENTLE_ORDINARY = 0.05, 0.025
NOW_NEAR, NOW_ORDINARY = 0.01, 0.002


@dataclass(frozen=True)
class Features:
    """What a text has, by name, before any weighing; one entry a text for each kind."""

    kinds: tuple[list[set[str]], ...]

    def of(self, rows: Iterable[int]) -> Features:
        """Those of some texts only."""
        wanted = list(rows)
        return Features(tuple([kind[at] for at in wanted] for kind in self.kinds))


def features_of(data: list[Example]) -> Features:
    """Words with their neighbours, and pieces of words."""
    rules = book()
    words = [plain(one.text, rules.speller).words for one in data]
    return Features(([features(w, rules.groups) for w in words], [pieces(w) for w in words]))


class Reader:
    """Term weighting and multinomial logistic regression; the same on every machine."""

    def __init__(self, kept: set[str] | None = None) -> None:
        """`kept` are the features that count; all that occur often enough where None."""
        self._parts = [
            TfidfVectorizer(analyzer=sorted, min_df=fewest, binary=True, vocabulary=None)
            for fewest in (2, 3)
        ]
        self._kept = kept
        self.model = LogisticRegression(C=STRENGTH, max_iter=400, multi_class="multinomial")

    def fit(self, made: Features, labels: Any) -> Reader:
        """Learn rarity and weights."""
        values = [
            part.fit_transform(self._only(kind))
            for part, kind in zip(self._parts, made.kinds, strict=True)
        ]
        self.model.fit(csr_matrix(hstack(values)), labels)
        return self

    def shares(self, made: Features, classes: list[str]) -> Any:
        """A share for each class, a row a text."""
        values = [
            part.transform(self._only(kind))
            for part, kind in zip(self._parts, made.kinds, strict=True)
        ]
        order = [list(self.model.classes_).index(cls) for cls in classes]
        return self.model.predict_proba(csr_matrix(hstack(values)))[:, order]

    def _only(self, kind: list[set[str]]) -> list[set[str]]:
        kept = self._kept
        return kind if kept is None else [one & kept for one in kind]

    @property
    def names(self) -> list[str]:
        """Every feature, in the order of the weights."""
        return [name for part in self._parts for name in part.get_feature_names_out()]

    @property
    def rarity(self) -> Any:
        """The inverse document frequency of every feature."""
        return np.concatenate([part.idf_ for part in self._parts])

    def weightiest(self, count: int) -> set[str]:
        """The names of the features with the largest weights."""
        largest = np.abs(self.model.coef_).max(axis=0)
        names = np.array(self.names)
        return set(names[np.argsort(-largest, kind="stable")[:count]])


def held_out(made: Features, data: list[Example], labels: Any, classes: list[str]) -> Any:
    """Shares of every example by a model that has not seen its hand."""
    shares = np.zeros((len(labels), len(classes)))
    folds = np.array([one.fold for one in data])
    for number in range(len(HELD_OUT)):
        train, test = np.flatnonzero(folds != number), np.flatnonzero(folds == number)
        reader = Reader().fit(made.of(train), labels[train])
        shares[test] = reader.shares(made.of(test), classes)
        print(f"fold {number + 1} of {len(HELD_OUT)}", file=sys.stderr)
    return shares


def together(linear: Any, data: list[Example], encoder: Trained) -> Any:
    """Both parts' shares as the screen blends them; the encoder reads English alone."""
    english = [at for at, one in enumerate(data) if one.kind != FOREIGN]
    found, speller = linear.copy(), book().speller
    for at, own in zip(english, encoder.shares, strict=True):
        read = some_english(plain(data[at].text, speller).words)
        if read and 1 - linear[at, -1] >= WORTH:
            found[at] = blend(list(linear[at]), list(own))
    return found


def mark(share: Any, data: list[Example], *, near: float, ordinary: float) -> float:
    """The share from which likeness counts: the stricter of two budgets of false alarms."""
    found = []
    for kind, budget in (("near_miss", near), ("ordinary", ordinary)):
        own = [
            s for s, one in zip(share, data, strict=True) if one.label == NONE and one.kind == kind
        ]
        found.append(float(np.quantile(own, 1 - budget)))
    return round(max(found) + 0.001, 3)


def report(
    data: list[Example], any_share: Any, urgent: Any, named: list[str], marks: tuple[float, float]
) -> None:
    """Held-out figures of rules, of likeness and of both."""
    gentle, now = marks
    print(f"marks: gentle {gentle}, now {now}")
    print(f"{'class':<18}{'n':>5}{'rules':>8}{'like':>8}{'both':>8}{'now':>8}{'class':>8}")
    for cls in [*sorted({one.label for one in data} - {NONE}), NONE]:
        rows = [at for at, one in enumerate(data) if one.label == cls]
        rules = np.array([by_rules(data[at].text).tier != "none" for at in rows])
        like = any_share[rows] >= gentle
        right = np.array([named[at] == cls for at in rows])
        numbers = (
            rules.mean(),
            like.mean(),
            (rules | like).mean(),
            (urgent[rows] >= now).mean(),
            (like & right).mean(),
        )
        print(f"{cls:<18}{len(rows):>5}" + "".join(f"{number:>8.3f}" for number in numbers))


def exported(reader: Reader, classes: list[str]) -> dict[str, object]:
    """What is kept: rarity in hundredths, weights in twentieths, none that change nothing."""
    order = [list(reader.model.classes_).index(cls) for cls in classes]
    weights = np.rint(reader.model.coef_[order] * 20).astype(int)
    kept = {}
    for name, rarity, row in zip(reader.names, reader.rarity, weights.T, strict=True):
        said = [int(x) for n, w in enumerate(row) if abs(w) >= LEAST for x in (n, w)]
        kept[name] = [round(float(rarity) * 100), *said]
    bias = [round(float(b), 4) for b in reader.model.intercept_[order]]
    return {"classes": classes[:-1], "bias": bias, "weights": kept}


def main() -> None:
    """Cross-validate, print, and write the weights unless only a check was asked for."""
    data = examples()
    made = features_of(data)
    labels = np.array([one.label for one in data])
    classes = [*sorted(set(labels) - {NONE}), NONE]
    encoder = trained(data)
    shares = together(held_out(made, data, labels, classes), data, encoder)
    any_share = 1 - shares[:, -1]
    urgent = shares[:, [cls not in ALWAYS_GENTLE and cls != NONE for cls in classes]].sum(axis=1)
    gentle = mark(any_share, data, near=GENTLE_NEAR, ordinary=GENTLE_ORDINARY)
    now = mark(urgent, data, near=NOW_NEAR, ordinary=NOW_ORDINARY)
    named = [classes[at] for at in shares[:, :-1].argmax(axis=1)]
    report(data, any_share, urgent, named, (gentle, now))
    if "--check" in sys.argv:
        return
    digest = hashlib.sha256("\n".join(f"{d.label} {d.text}" for d in data).encode()).hexdigest()
    here, kept = area_words(), Reader().fit(made, labels).weightiest(KEPT)
    kept = {name for name in kept if not here.intersection(name.replace("+", " ").split())}
    written = exported(Reader(kept).fit(made, labels), classes)
    written |= {"gentle": gentle, "now": now}
    written["encoder"] = encoder.sha256
    written["trained_on"] = {"examples": len(data), "sha256": digest}
    WEIGHTS.parent.mkdir(exist_ok=True)
    text = json.dumps(written, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    WEIGHTS.write_text(text + "\n", "utf-8")
    encoder.install(WEIGHTS.parent)
    print(f"{WEIGHTS.stat().st_size // 1024} KB, {len(kept)} features")


if __name__ == "__main__":
    main()
