"""The calls we make to Twilio's REST API, and our words for how they fail.

Twilio's own error texts may hold the number: they never become a cause that a log would print.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from channels import sms_codes
from common.clock import as_utc
from common.errors import (
    AmbiguousFailure,
    AssistantError,
    NotFound,
    TechnicalFailure,
    TemporaryFailure,
)
from common.settings import Twilio
from conversations.model import Accepted, ToSend

API: Final = "https://api.twilio.com"
TIMEOUT_S: Final = 10.0
# A crisis reply that arrives hours late does harm. Source: research, section 1.2.
VALIDITY_S: Final = 3600
MAX_MEDIA: Final = 10 * 1024 * 1024
# How far Twilio's clock may lie before ours.
_SKEW: Final = timedelta(seconds=30)
_TROUBLE = (TwilioException, requests.RequestException, ValueError)


class _HttpClient(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own client, but for the host where a local double stands in for it."""

    def __init__(self, api_base: str, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s)
        self._api_base = api_base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if not url.startswith(API + "/"):
            raise TechnicalFailure("the Twilio client left its API")
        return super().request(method, self._api_base + url[len(API) :], *args, **kwargs)


class TwilioApi:
    """The account at Twilio, or at the double that stands in for it."""

    def __init__(self, settings: Twilio, *, timeout_s: float) -> None:
        self._settings = settings
        self._timeout_s = timeout_s
        self._base = (settings.api_base or API).rstrip("/")
        self._client = Client(
            settings.account_sid,
            settings.auth_token,
            http_client=_HttpClient(self._base, timeout_s),
        )

    def send(self, message: ToSend, *, status_callback: str) -> Accepted:
        """Hand one text over; see `Sender.send` for what it raises."""
        try:
            made = self._client.messages.create(
                to=message.address,
                from_=self._settings.from_number,
                body=message.text,
                status_callback=status_callback,
                validity_period=VALIDITY_S,
            )
        except _TROUBLE as e:
            raise _failure(e) from None
        if not made.sid:
            raise AmbiguousFailure("Twilio's answer is not understood")
        return Accepted(provider_message_id=str(made.sid))

    def find_sent(self, message: ToSend) -> Accepted | None:
        """The newest text to this number with these words, made since our row was."""
        found = self._list(to=message.address, from_=self._settings.from_number, limit=50)
        since = message.created_at - _SKEW
        words = message.text.split()
        same = [
            m
            for m in found
            if (m.body or "").split() == words and m.date_created and at(m) >= since
        ]
        return Accepted(str(max(same, key=at).sid)) if same else None

    def received_since(self, since: datetime) -> list[Any]:
        """Texts to our number since then, oldest first, as Twilio's own message objects."""
        found = self._list(to=self._settings.from_number, date_sent_after=since, limit=500)
        inbound = [m for m in found if m.direction == "inbound" and m.date_created]
        # The list is newest first, and its times are whole seconds: sorting alone leaves ties.
        inbound.reverse()
        return sorted(inbound, key=at)

    def fetch(self, ref: str) -> bytes:
        """The bytes of a picture or recording, from Twilio and nowhere else."""
        asked, own = urlsplit(ref), urlsplit(self._base)
        if (asked.scheme, asked.netloc) not in {(own.scheme, own.netloc), urlsplit(API)[:2]}:
            raise NotFound("that is no address of the provider")
        login = (self._settings.account_sid, self._settings.auth_token)
        url = f"{self._base}{asked.path}"
        try:
            with requests.get(url, auth=login, timeout=self._timeout_s, stream=True) as answer:
                return _bytes_of(answer)
        except requests.RequestException:
            raise TemporaryFailure("Twilio did not answer") from None

    def close(self) -> None:
        """Let idle connections go."""
        session = self._client.http_client.session
        if session is not None:
            session.close()

    def _list(self, **query: Any) -> list[Any]:
        call: Callable[..., list[Any]] = self._client.messages.list
        try:
            return call(**query)
        except _TROUBLE as e:
            raise _failure(e, reading=True) from None


def at(message: Any) -> datetime:
    """When Twilio made its row of a message."""
    return as_utc(message.date_created)


def _bytes_of(answer: requests.Response) -> bytes:
    if answer.status_code in {404, 410}:
        raise NotFound("the provider no longer has it")
    if answer.status_code != 200:
        raise TemporaryFailure("Twilio did not hand it out", code=str(answer.status_code))
    data = bytearray()
    for chunk in answer.iter_content(65536):
        data += chunk
        if len(data) > MAX_MEDIA:
            raise NotFound("it is too large to open here")
    return bytes(data)


def _failure(error: Exception, *, reading: bool = False) -> AssistantError:
    """Our word for what went wrong; a read can always be tried again."""
    status = getattr(error, "status", None)
    if status is not None:
        failure = sms_codes.failure_of(getattr(error, "code", None), int(status))
        return TemporaryFailure(str(failure)) if reading else failure
    if reading or _never_left(error):
        return TemporaryFailure("Twilio was not reached", code="no_connection")
    return AmbiguousFailure("Twilio did not answer in time", code="time_out")


def _never_left(error: Exception) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError"}
