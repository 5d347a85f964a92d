import secrets

import pytest

from channels import sms_codes
from channels.sms import Sms
from common.errors import (
    AmbiguousFailure,
    InvalidInput,
    NotFound,
    PermanentFailure,
    TechnicalFailure,
    TemporaryFailure,
)
from common.settings import Twilio
from conversations.states import Delivery, Kind

SID = "SM" + "ab" * 16


@pytest.fixture
def sms() -> Sms:
    return Sms(Twilio("AC1", "t", "+447700900001", None), public_base_url="https://x.test")


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        ("image/jpeg", Kind.PHOTO),
        ("audio/ogg", Kind.VOICE_NOTE),
        ("application/pdf", Kind.FILE),
        ("video/mp4", Kind.FILE),
        ("", Kind.FILE),
    ],
)
def test_media_decides_the_kind_and_its_words_count(sms: Sms, mime: str, kind: Kind) -> None:
    fields = {
        "MessageSid": SID,
        "From": "+447700900123",
        "Body": "look",
        "NumMedia": "1",
        "MediaUrl0": "https://api.twilio.com/x",
        "MediaContentType0": mime,
    }
    message = sms.parse(fields)
    assert (message.kind, message.text) == (kind, "look")
    assert message.media == {"items": [{"ref": "https://api.twilio.com/x", "type": mime}]}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"MessageSid": SID},
        {"From": "+447700900123"},
        {"MessageSid": "SM1", "From": "+447700900123"},
        {"MessageSid": SID, "From": "whatsapp:+447700900123"},
        {"MessageSid": SID, "From": "9" * 80},
    ],
)
def test_form_without_sender_or_id_is_refused(sms: Sms, fields: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        sms.parse(fields)


@pytest.mark.parametrize("count", ["x", "-1", "", "99999999999999999999"])
def test_nonsense_count_of_media_is_no_error(sms: Sms, count: str) -> None:
    assert sms.parse({"MessageSid": SID, "From": "+447700900123", "NumMedia": count})


@pytest.mark.parametrize(("status", "state"), sorted(sms_codes.STATUS.items()))
def test_each_status_has_a_state(sms: Sms, status: str, state: Delivery) -> None:
    row = secrets.token_hex(16)
    receipt = sms.receipt({"MessageSid": SID, "MessageStatus": status}, outbound_id=row)
    assert receipt is not None
    assert (receipt.state, receipt.outbound_id) == (state, row)
    assert receipt.provider_message_id == SID


def test_new_status_is_left_alone(sms: Sms) -> None:
    assert sms.receipt({"MessageSid": SID, "MessageStatus": "pondering"}, outbound_id=None) is None


def test_row_id_that_is_none_of_ours_is_not_used(sms: Sms) -> None:
    receipt = sms.receipt({"MessageSid": SID, "MessageStatus": "sent"}, outbound_id="1 or 1=1")
    assert receipt is not None
    assert receipt.outbound_id is None


def test_undelivered_to_a_landline_closes_the_route(sms: Sms) -> None:
    fields = {"MessageSid": SID, "MessageStatus": "undelivered", "ErrorCode": "30006"}
    receipt = sms.receipt(fields, outbound_id=None)
    assert receipt is not None
    assert (receipt.code, receipt.closes_route) == ("30006", "invalid")


@pytest.mark.parametrize(
    ("code", "status", "error", "closes"),
    [
        (21610, 400, PermanentFailure, "opted_out"),
        (21211, 400, PermanentFailure, "invalid"),
        (21617, 400, PermanentFailure, None),
        (30007, 400, PermanentFailure, None),
        (20429, 429, TemporaryFailure, None),
        (None, 429, TemporaryFailure, None),
        (21611, 400, TemporaryFailure, None),
        (None, 500, AmbiguousFailure, None),
        (20503, 503, AmbiguousFailure, None),
        (20003, 401, TechnicalFailure, None),
        (99999, 400, TechnicalFailure, None),
    ],
)
def test_each_refusal_has_its_remedy(
    code: int | None, status: int, error: type[Exception], closes: str | None
) -> None:
    failure = sms_codes.failure_of(code, status)
    assert type(failure) is error
    assert getattr(failure, "closes_route", None) == closes


@pytest.mark.parametrize(
    "ref",
    [
        "http://127.0.0.1:1/x",
        "https://evil.test/x",
        "file:///etc/passwd",
        "x",
        "https://api.twilio.com@evil.test/",
    ],
)
def test_media_of_other_hosts_is_never_fetched(sms: Sms, ref: str) -> None:
    with pytest.raises(NotFound):
        sms.fetch_media(ref)
