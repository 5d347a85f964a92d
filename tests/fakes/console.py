"""A console with people in it: real tables, real sealing, the real application."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from common.clock import SetClock
from common.crypto import Box, Keyring
from common.db import Base, Sessions, sessions_for
from common.ids import derived_id, new_id, reference
from console import sign_in
from console import staff as accounts
from console.passwords import Passwords
from console.services import ConsoleServices, Media
from console.tables import AuditEntry, Staff
from console.web import create_console
from content.loader import Choice as WordChoice
from content.loader import Message, Source, Topic, TopicText
from content.loader import Words as Spoken
from conversations import flags, people
from conversations.ledger import Ledger
from conversations.model import Rendered, Reply
from conversations.outbox import Speech, say
from conversations.render import Words
from conversations.states import Delivery, Origin, Outcome
from conversations.tables import Conversation, Flag, Inbound, Outbound, Task, where
from referrals.babies import Baby
from referrals.contact import Route
from referrals.history import note
from referrals.model import Record, to_json
from referrals.phones import Phone
from referrals.tables import Referral
from referrals.tables import where as referral_where
from safety.model import Evidence, Verdict
from tests.fakes.ledger import CAPABILITIES

PASSWORD = "three random words"
NOTHING = Verdict("none", (), ())


def verdict(tier: str, cls: str, words: str) -> Verdict:
    return Verdict(tier, (cls,), (Evidence(cls, f"{cls}.test", words),))


def house_on(engine: Engine, keyring: Keyring, clock: SetClock, **options: Any) -> "House":
    """A house on this database; makes the tables that no migration has made yet."""
    Base.metadata.create_all(engine)
    assets = options.pop("assets", Path(__file__).parent)
    return House(sessions_for(engine), keyring, clock, assets, **options)


def some_words(**changes: str) -> Words:
    """A shelf with three messages and a topic, one message in Polish too; `changes` by key."""

    def message(key: str, text: str) -> Message:
        text = changes.get(key, text)
        choices = (WordChoice("Yes <b>", "/affirm"),)
        fields = (key, text, "Hi.", None, choices, "draft", date(2027, 5, 31), "ours", Path(), 1)
        return Message(*fields)

    greet, crisis, ready = (
        message("utter_greet", "Hello <b>you</b>."),
        message("crisis.loss", "So sorry."),
        message("console.ready.hello", "Hello, a person."),
    )
    told = {
        stage: TopicText(f"Long, {stage}. {{{{ team }}}}", "Short.")
        for stage in ("any", "toddler")
    }
    source = Source("NHS <i>page</i>", "https://www.nhs.uk/x", date(2026, 11, 1))
    topic = Topic(
        id="sleep",
        group="Sleep",
        stages=("toddler",),
        needs=(),
        services=(),
        related=(),
        sources=(source,),
        examples=(),
        words={"en": Spoken("en", "Sleep <b>well</b>", "draft", date(2026, 3, 20), told)},
        path=Path(),
    )
    messages = {"en": {m.key: m for m in (greet, crisis, ready)}, "pl": {"utter_greet": greet}}
    return Words(messages, {"sleep": topic}, {"team": "First Steps"}, demo=False)


class EchoWords:
    """Renders a reply as the text among its variables, or as its key."""

    def render(self, reply: Reply, *, channel: str, language: str, stage: str | None) -> Rendered:
        return Rendered(str(reply.variables.get("text", f"[{reply.key}]")), reply.choices or ())

    def speaks(self, key: str, language: str) -> bool:
        return language == "en"


class OnePhoto:
    """A provider that has one picture."""

    def fetch(self, *, channel: str, media: Mapping[str, Any]) -> Media:
        return Media(b"\x89PNG-not-really", str(media.get("type", "image/png")))


@dataclass
class House:
    """Makes staff and conversations and opens the console as somebody."""

    sessions: Sessions
    keyring: Keyring
    clock: SetClock
    assets: Path
    demo: bool = True
    base_url: str = "http://console.test"
    must_verify: bool = False
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        async def pause(seconds: float) -> None:
            self.slept.append(seconds)

        self.passwords = Passwords(cheap=True)
        self.ledger = Ledger(
            self.sessions, self.keyring, EchoWords(), self.clock, dict(CAPABILITIES)
        )
        self.services = ConsoleServices(
            ledger=self.ledger,
            assets=self.assets,
            base_url=self.base_url,
            service_name="First Steps Together",
            demo=self.demo,
            must_verify=self.must_verify,
            media=OnePhoto(),
            passwords=self.passwords,
            pause=pause,
            shelf=some_words(),
        )
        self.app: FastAPI = create_console(self.services)

    def staff(self, role: str = "engagement_worker", name: str = "Amina Khan") -> Staff:
        email = f"{name.lower().replace(' ', '.')}@example.org"
        with self.sessions.begin() as db:
            found = db.scalar(select(Staff).where(Staff.email == email))
            return found or accounts.add(
                db,
                accounts.NewStaff(email, name, role, PASSWORD, first=False),
                keyring=self.keyring,
                passwords=self.passwords,
                now=self.clock.now(),
            )

    def nobody(self) -> "Client":
        return Client(self.app, self.base_url)

    def signed_in(self, staff: Staff) -> "Browser":
        with self.sessions.begin() as db:
            token = sign_in.start(db, staff, now=self.clock.now(), verified=True)
        client = self.nobody()
        client.cookies.set(sign_in.cookie_name(self.services), token, path="/")
        return Browser(client, self.keyring.blind_index("console/csrf", token))

    def _conversation(
        self, db: Session, *, channel: str, address: str
    ) -> tuple[Conversation, Box]:
        row = people.lock_address(db, self.keyring, channel=channel, address=address)
        if row is None:
            row = people.make(
                db, self.keyring, channel=channel, address=address, now=self.clock.now()
            )
        return row, people.box_for(db, self.keyring, row.person_id)

    def parent_writes(
        self,
        text: str,
        *,
        address: str = "+447700900123",
        channel: str = "sms",
        outcome: Outcome | None = Outcome.ANSWERED,
        risk: Verdict = NOTHING,
        intent: str | None = "topic_crying",
        confidence: float = 0.62,
        kind: str = "text",
        media: Mapping[str, Any] | None = None,
    ) -> Inbound:
        now = self.clock.now()
        with self.sessions.begin() as db:
            row, box = self._conversation(db, channel=channel, address=address)
            row_id = new_id()
            body: dict[str, Any] = {"text": text} | ({"media": dict(media)} if media else {})
            parse = {
                "intent": intent,
                "confidence": confidence,
                "ranking": [
                    {"name": intent, "confidence": confidence},
                    {"name": "ask_human", "confidence": 0.21},
                ],
                "entities": [{"entity": "need", "value": "sleep"}],
            }
            inbound = Inbound(
                id=row_id,
                conversation_id=row.id,
                channel=channel,
                provider_message_id=row_id,
                seq=row.next_seq,
                kind=kind,
                body_sealed=box.seal(body, where=where("inbound", "body", row_id)),
                received_at=now,
                tier=risk.tier,
                outcome=outcome,
                outcome_at=now if outcome else None,
                intent=intent,
                confidence=confidence if intent else None,
                actions=["action_answer_topic"],
                parse_sealed=box.seal(parse, where=where("inbound", "parse", row_id)),
                model_id="0123456789abcdef",
            )
            row.next_seq += 1
            row.last_activity_at = row.last_inbound_at = now
            row.introduced_at = row.introduced_at or now
            db.add(inbound)
            db.flush()
            if risk.tier != "none":
                flags.raise_flag(db, inbound, risk, box=box, now=now)
        return inbound

    def we_say(
        self,
        conversation_id: str,
        text: str,
        *,
        state: Delivery = Delivery.DELIVERED,
        origin: Origin = Origin.ASSISTANT,
        choices: tuple[Any, ...] | None = None,
    ) -> Outbound:
        with self.sessions.begin() as db:
            row = people.lock(db, conversation_id)
            box = people.box_for(db, self.keyring, row.person_id)
            reply = Reply("test.words", {"text": text}, choices)
            speech = Speech(origin, new_id())
            said = say(db, self.ledger, row, [reply], box=box, speech=speech)[0]
            said.state = state
            return said

    def task(self, conversation_id: str, kind: str = "person_wanted") -> Task:
        with self.sessions.begin() as db:
            task = Task(
                id=derived_id("task", kind, conversation_id),
                conversation_id=conversation_id,
                kind=kind,
                created_at=self.clock.now(),
            )
            db.add(task)
        return task

    def referral(
        self,
        *,
        reason: str = "i dont feel close to him",
        route: Route | None = None,
        channel: str = "sms",
        address: str = "+447700900123",
        due_in: timedelta = timedelta(days=2),
    ) -> Referral:
        """A referral whose parent may be texted, not called and not left a voicemail."""
        now = self.clock.now()
        record = Record(
            for_whom="mother",
            name="Sadia Test",
            phone=Phone(None, same=True),
            phone_shared=True,
            shared_words="my husband checks it",
            contact_route=route or Route(text=True, call=False, voicemail=False),
            best_time="mornings",
            code_word="bluebell",
            reason=reason,
            consent=True,
            baby=Baby(birth_date=date(2026, 1, 5), name="Yusuf"),
        )
        with self.sessions.begin() as db:
            row, box = self._conversation(db, channel=channel, address=address)
            row.last_inbound_at = row.last_inbound_at or now
            row_id = new_id()
            referral = Referral(
                id=row_id,
                effect_key=row_id,
                kind="referral",
                reference=reference(row_id),
                person_id=row.person_id,
                conversation_id=row.id,
                channel=channel,
                state="new",
                source_of_referral="self",
                eligibility="eligible",
                baby_stage="young_baby",
                phone_shared=True,
                details_sealed=box.seal(
                    to_json(record), where=referral_where("referrals", "details", row_id)
                ),
                created_at=now,
                due_at=now + due_in,
            )
            db.add(referral)
            db.flush()
            note(db, referral, "sent", before=None, actor="parent", at=now)
        return referral

    def flag_of(self, inbound: Inbound) -> Flag:
        with self.sessions() as db:
            return db.scalars(select(Flag).where(Flag.inbound_id == inbound.id)).one()

    def conversation(self, conversation_id: str) -> Conversation:
        with self.sessions() as db:
            return db.get_one(Conversation, conversation_id)

    def outbound(self, conversation_id: str) -> list[Outbound]:
        with self.sessions() as db:
            found = select(Outbound).where(Outbound.conversation_id == conversation_id)
            return list(db.scalars(found.order_by(Outbound.seq)))

    def audited(self, action: str) -> list[AuditEntry]:
        with self.sessions() as db:
            return list(db.scalars(select(AuditEntry).where(AuditEntry.action == action)))

    def later(self, **delta: float) -> None:
        self.clock.advance(**delta)
        assert timedelta(**delta) > timedelta(0)


@dataclass
class Client:
    """Asks the application in process, follows no redirect and keeps cookies."""

    app: FastAPI
    base_url: str
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    source: str = "192.0.2.1"

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(
                self.app, client=(self.source, 50000), raise_app_exceptions=False
            )
            async with httpx.AsyncClient(
                transport=transport, base_url=self.base_url, cookies=self.cookies
            ) as client:
                response = await client.request(method, path, **kwargs)
                self.cookies = client.cookies
                return response

        # In a thread of its own: a browser test already runs a loop in this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(ask())).result()

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.request("GET", path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.request("POST", path, **kwargs)


@dataclass
class Browser:
    """Somebody's browser: fetches pages and sends forms with the page's token."""

    client: "Client"
    csrf: str

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.client.get(path, **kwargs)

    def post(self, path: str, **fields: Any) -> Any:
        return self.client.post(path, data={"csrf": self.csrf, **fields})
