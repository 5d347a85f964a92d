"""The ways a page leaves the house: mail, webhook, text; they know no flag and no row."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol

import httpx

from alerts.model import AlertText
from common.errors import PermanentFailure, TemporaryFailure

TIMEOUT_S = 5.0


class Route(Protocol):
    """A way to reach somebody."""

    @property
    def name(self) -> str:
        """A short constant name, kept in the row of the page."""
        ...

    def reaches(self, person: str) -> bool:
        """Whether there is an address for this person on this route."""
        ...

    def send(self, page: AlertText) -> None:
        """Hand the page over.

        Raises:
            TemporaryFailure: try again.
            PermanentFailure: this route cannot take it.
        """
        ...


@dataclass(frozen=True)
class MailRoute:
    """Mail by SMTP, one connection a page; `addresses` is person -> mail address."""

    host: str
    port: int
    sender: str
    addresses: Mapping[str, str]
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = True
    name: str = "mail"

    def reaches(self, person: str) -> bool:
        """Whether the person has a mail address."""
        return person in self.addresses

    def send(self, page: AlertText) -> None:
        """Hand the page to the mail server."""
        message = EmailMessage()
        message["From"], message["To"] = self.sender, self.addresses[page.to]
        message["Subject"], message["X-Priority"] = page.subject, "1"
        message.set_content(page.body)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S) as server:
                if self.tls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password or "")
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as e:
            raise PermanentFailure("the mail server refused the address", code="refused") from e
        except (OSError, smtplib.SMTPException) as e:
            raise TemporaryFailure("the mail server did not take it", code="smtp") from e


class Texts(Protocol):
    """What a text message is handed to."""

    def text(self, number: str, words: str, *, ref: str) -> None:
        """Hand a text over; what became of it is told later under `ref`.

        Raises:
            AssistantError: it was not taken.
        """
        ...


@dataclass(frozen=True)
class SmsRoute:
    """One text by our own number; `numbers` is person -> mobile number."""

    texts: Texts = field(repr=False)
    numbers: Mapping[str, str] = field(repr=False)
    name: str = "sms"

    def reaches(self, person: str) -> bool:
        """Whether the person has a mobile number."""
        return person in self.numbers

    def send(self, page: AlertText) -> None:
        """Text the first line and the link: phones lie on tables."""
        words = f"{page.subject}: {page.link}"
        self.texts.text(self.numbers[page.to], words, ref=page.ref)


@dataclass(frozen=True)
class WebhookRoute:
    """A JSON POST to one address, for a paging service or a team's chat."""

    url: str = field(repr=False)
    client: httpx.Client = field(repr=False)
    name: str = "webhook"

    def reaches(self, person: str) -> bool:  # noqa: ARG002
        """The other side knows whom to wake."""
        return True

    def send(self, page: AlertText) -> None:
        """Post the page."""
        body = {
            "to": page.to,
            "page": page.number + 1,
            "text": f"{page.subject}\n{page.body}",
            "link": page.link,
            "raised_at": page.raised_at.isoformat(),
        }
        try:
            answer = self.client.post(self.url, json=body, timeout=TIMEOUT_S)
        except httpx.HTTPError as e:
            raise TemporaryFailure("the webhook did not answer", code="no_answer") from e
        if answer.status_code == 429 or answer.status_code >= 500:
            raise TemporaryFailure("the webhook is busy", code=str(answer.status_code))
        if answer.status_code >= 300:
            raise PermanentFailure("the webhook refused it", code=str(answer.status_code))
