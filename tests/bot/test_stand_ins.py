"""Packages that stand in: importable, subclassable, and loud when really used."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import ROOT

from bot import stand_ins
from bot.stand_ins import NotInstalled

stand_ins.install()


def test_a_stand_in_can_be_imported_and_subclassed() -> None:
    import tensorflow as tf
    from tensorflow.keras.layers import Dense

    class Layer(tf.keras.Model, metaclass=type(tf.keras.Model)):
        pass

    assert issubclass(Layer, tf.keras.Model)
    assert tf.Tensor | None
    assert Dense


def test_real_use_says_what_is_missing() -> None:
    import tensorflow as tf

    with pytest.raises(NotInstalled, match="keras.Model"):
        tf.keras.Model()
    with pytest.raises(NotInstalled, match="constant"):
        tf.constant([1])


def test_errors_can_be_caught() -> None:
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError):
        raise ClientError("caught")


def test_what_is_installed_is_left_alone() -> None:
    import google.protobuf
    import numpy as np

    assert google.protobuf.__version__
    assert np.zeros(1).sum() == 0


def test_serving_also_does_without_training_packages() -> None:
    program = (
        "from bot import launch; launch.prepare(serving=True); import rasa.core.run, sys;"
        "import sklearn.linear_model as m; import numpy;"
        "print('scipy.stats' in sys.modules, 'stand_ins' in type(m).__module__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
