"""Two-step sign-in by time-based codes (RFC 6238); keeps nothing itself."""

import base64
import io
from datetime import datetime
from typing import Final

import pyotp
import segno

STEP_S: Final = 30
_DRIFT_STEPS: Final = (0, -1, 1)


def secret_from(seed: bytes) -> str:
    """A secret in base32 out of 20 random bytes: 160 bits, as RFC 4226 asks."""
    return base64.b32encode(seed).decode()


def uri(secret: str, *, account: str, issuer: str) -> str:
    """The address that an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def qr_svg(text: str) -> str:
    """The QR code as an SVG element to stand in a page; no style attributes."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", scale=5, border=4, xmldecl=False, svgns=True, light="#fff"
    )
    return out.getvalue().decode()


def matching_step(secret: str, code: str, *, now: datetime, after: int | None) -> int | None:
    """The time step whose code this is, one step early or late forgiven; None where it is not.

    Args:
        secret: base32.
        code: as typed; spaces forgiven.
        now: aware.
        after: the last step that was used; that code and older ones do not count again.
    """
    digits = "".join(code.split())
    current = int(now.timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    for drift in _DRIFT_STEPS:
        step = current + drift
        if (after is None or step > after) and pyotp.utils.strings_equal(
            totp.generate_otp(step), digits
        ):
            return step
    return None
