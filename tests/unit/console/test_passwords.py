"""Passwords are hashed with argon2id and compared alike for people who do not exist."""

import pytest

from common.errors import InvalidInput
from console.passwords import Passwords, generate


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(cheap=True)


def test_only_the_right_password_fits(passwords: Passwords) -> None:
    stored = passwords.hash("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert passwords.fits("correct horse battery", stored)
    assert not passwords.fits("correct horse batterz", stored)


def test_nobody_has_no_password(passwords: Passwords) -> None:
    assert not passwords.fits("anything at all", None)


def test_a_broken_hash_fits_nothing(passwords: Passwords) -> None:
    assert not passwords.fits("anything at all", "not a hash")


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_short_and_endless_passwords_are_refused(passwords: Passwords, password: str) -> None:
    with pytest.raises(InvalidInput):
        passwords.hash(password)


def test_changing_needs_the_present_password(passwords: Passwords) -> None:
    stored = passwords.hash("correct horse battery")
    with pytest.raises(InvalidInput, match="present password"):
        passwords.changed("wrong horse battery", "a new one of length", stored=stored)


def test_generated_passwords_differ_and_are_long_enough(passwords: Passwords) -> None:
    made = {generate() for _ in range(20)}
    assert len(made) == 20
    assert all(passwords.hash(one) for one in made)


def test_the_real_parameters_are_used_by_default() -> None:
    assert "m=65536" in Passwords().hash("correct horse battery")
