"""Stands in for packages that Rasa imports and this assistant never uses; `install` comes first.

Rasa 3.6 imports TensorFlow, every stock channel's client and every store's driver even when no
component needs them. A stand-in can be imported, subclassed, named in an annotation and used as a
decorator. Anything else is real use and raises `NotInstalled`.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any

# Import names; whatever lies below them stands in too. In step with overrides.txt: a test.
ABSENT = (
    "aio_pika",
    "aiogram",
    "aiormq",
    "boto3",
    "botocore",
    "bson",
    "confluent_kafka",
    "engineio",
    "fbmessenger",
    "google.auth",
    "google.oauth2",
    "keras",
    "kafka",
    "mattermostwrapper",
    "psycopg2",
    "pymongo",
    "redis",
    "rocketchat_API",
    "sklearn_crfsuite",
    "slack_sdk",
    "socketio",
    "tensorboard",
    "tensorflow",
    "tensorflow_addons",
    "tensorflow_hub",
    "tensorflow_text",
    "transformers",
    "twilio",
    "webexteamssdk",
)

# Installed, but of use only in training and testing: serving starts twice as fast without them.
NOT_FOR_SERVING = ("PIL", "matplotlib", "sklearn", "skops")


class NotInstalled(RuntimeError):
    """A package that stands in was really used: drop the use, or install the package."""


class _StandInType(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{cls.__qualname__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if _importing():
            decorated = len(args) == 1 and not kwargs and callable(args[0])
            return args[0] if decorated else _stand_in(cls.__qualname__)
        raise NotInstalled(
            f"{cls.__module__}: {cls.__qualname__} was used, but the package is left out here"
        )

    def __getitem__(cls, _: Any) -> Any:
        return cls

    def __or__(cls, _: Any) -> Any:
        return cls

    __ror__ = __or__


def _stand_in(path: str) -> type:
    # Rasa names several of them in `except` clauses, which take nothing but real exceptions.
    name = path.rpartition(".")[2]
    if name.endswith(("Error", "Exception", "Failure")):
        return type(name, (Exception,), {})
    stand_in = _StandInType(name, (), {"__qualname__": path})
    stand_in.__module__ = path.partition(".")[0]
    return stand_in


def _importing() -> bool:
    frame: types.FrameType | None = sys._getframe(2)
    while frame:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


class _Module(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _stand_in(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self) -> None:
        self.names = set(ABSENT)

    def find_spec(self, fullname: str, *_: Any) -> Any:
        parts = fullname.split(".")
        if parts[0] not in self.names and ".".join(parts[:2]) not in self.names:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = _Module(spec.name)
        module.__path__ = []
        vars(module)["__version__"] = "2.12.0+none"  # Rasa compares TensorFlow's version on import
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Leaves the module empty: attributes appear as they are asked for."""


def install(*, serving: bool = False) -> None:
    """Puts the stand-ins in front of every other finder.

    Args:
        serving: also stand in for what only training and testing use.
    """
    finder = next((f for f in sys.meta_path if isinstance(f, _Finder)), None)
    if finder is None:
        finder = _Finder()
        sys.meta_path.insert(0, finder)
    if serving:
        finder.names.update(NOT_FOR_SERVING)
