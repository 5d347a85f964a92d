"""Two-step codes: right in their time, right once."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from console import totp

NOW = datetime(2026, 3, 2, 10, 0, 5, tzinfo=UTC)
SECRET = totp.secret_from(bytes(range(20)))


def code_at(moment: datetime) -> str:
    return pyotp.TOTP(SECRET).at(moment)


@pytest.mark.parametrize("drift_s", [-30, 0, 30])
def test_a_code_of_this_or_a_neighbouring_step_fits(drift_s: int) -> None:
    code = code_at(NOW + timedelta(seconds=drift_s))
    assert totp.matching_step(SECRET, code, now=NOW, after=None) is not None


def test_an_old_code_does_not_fit() -> None:
    code = code_at(NOW - timedelta(seconds=90))
    assert totp.matching_step(SECRET, code, now=NOW, after=None) is None


def test_a_code_does_not_count_twice() -> None:
    step = totp.matching_step(SECRET, code_at(NOW), now=NOW, after=None)
    assert totp.matching_step(SECRET, code_at(NOW), now=NOW, after=step) is None


def test_spaces_in_a_code_are_forgiven() -> None:
    code = code_at(NOW)
    assert totp.matching_step(SECRET, f"{code[:3]} {code[3:]}", now=NOW, after=None)


@pytest.mark.parametrize("typed", ["", "abc", "١٢٣٤٥٦", "0" * 200])
def test_what_is_no_code_does_not_fit(typed: str) -> None:
    assert totp.matching_step(SECRET, typed, now=NOW, after=None) is None


def test_the_qr_code_needs_no_inline_style() -> None:
    svg = totp.qr_svg(totp.uri(SECRET, account="a@example.org", issuer="Test"))
    assert svg.startswith("<svg")
    assert "style=" not in svg
