"""Writes the invented years into a demonstration database; no seed is taken twice."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.bootstrap import House
from app.counting import calendar_of, recount
from app.demo import plan
from app.demo.families import Families
from app.demo.rows import TABLES, Rows, Writing
from bot.actions.deps import Deps
from common.db import Base, reading
from common.errors import InvalidInput
from conversations.model import Rendered, Reply
from conversations.tables import Conversation
from insight import activity
from insight.counting import Span
from safety.replies import reply_keys
from signposting import needs
from signposting.card import cards
from signposting.query import Query
from signposting.store import Directory

_PIECE = 200
_UNREAD = timedelta(days=2)
"""What came in the last days has not been read by staff yet."""


@dataclass(frozen=True)
class Made:
    """How much there is now."""

    conversations: int
    messages: int
    referrals: int
    activities: int


class Making:
    """Makes everything for one house; hands progress to whoever looks."""

    def __init__(self, house: House, *, seed: int, staff_id: str) -> None:
        self._house = house
        self._seed = seed
        self._staff_id = staff_id
        self._now = house.clock.now()
        self._rendered: dict[tuple[Any, ...], Rendered] = {}
        self._found: dict[tuple[Any, ...], tuple[list[dict[str, str]], dict[str, Any]]] = {}
        self._families = Families(house, staff_id=staff_id)
        self._directory = Directory(house.action_sessions, needs.load())
        self._deps = Deps(
            deployment=house.deployment,
            places=house.places,
            directory=self._directory,
            topics=house.topics,
            messages=house.words.messages["en"],
        )

    def make(self, *, ordinary: int, progress: Callable[[int, int], None]) -> Made:
        """Write conversations, referrals and activity, and count them.

        Args:
            ordinary: conversations without a referral.
            progress: is told how many conversations of how many are written.

        Raises:
            InvalidInput: live mode, or these very years are there already.
        """
        if self._house.settings.live:
            raise InvalidInput("Invented families have no place in a live service.")
        self._refuse_twice()
        talks = list(plan.talks(self._seed, now=self._now, ordinary=ordinary))
        sessions = self._house.work_ledger.sessions
        messages = referrals = 0
        for start in range(0, len(talks), _PIECE):
            piece = talks[start : start + _PIECE]
            with sessions.begin() as session:
                heard, referred = self._write(session, piece)
            messages, referrals = messages + heard, referrals + referred
            progress(min(start + _PIECE, len(talks)), len(talks))
        with sessions.begin() as session:
            deeds = self._do(session)
        calendar = calendar_of(self._house.deployment)
        first = calendar.day(self._now - timedelta(days=plan.YEARS * 366))
        recount(sessions, calendar, Span(first, calendar.day(self._now)))
        return Made(len(talks), messages, referrals, deeds)

    def _refuse_twice(self) -> None:
        first = next(plan.talks(self._seed, now=self._now, ordinary=0))
        made_id = self._writing(first).id
        with reading(self._house.ledger.sessions) as session:
            if session.scalar(select(Conversation.id).where(Conversation.id == made_id)):
                raise InvalidInput("These invented years are there already; take another --seed.")

    def _write(self, session: Session, talks: list[plan.Talk]) -> tuple[int, int]:
        rows: Rows = {name: [] for name in TABLES}
        for talk in talks:
            for name, made in self._talk(talk).items():
                rows[name].extend(made)
        for name in TABLES:
            if rows[name]:
                session.execute(insert(Base.metadata.tables[name]), rows[name])
        referred = 0
        for talk in talks:
            if talk.refers is not None:
                self._families.refer(session, talk, self._writing(talk).id)
                referred += 1
        return len(rows["inbound"]) + len(rows["outbound"]), referred

    def _writing(self, talk: plan.Talk) -> Writing:
        return Writing(
            keyring=self._house.ledger.keyring,
            render=self._render,
            seed=self._seed,
            number=talk.number,
            channel=talk.channel,
            language=talk.language,
            now=talk.began,
        )

    def _talk(self, talk: plan.Talk) -> Rows:
        made = self._writing(talk)
        made.say("contact.first")
        for minute, text, topic in talk.turns:
            made.now = talk.began + timedelta(minutes=minute)
            made.hear(text, intent=f"topic_{topic}")
            made.say("topic", about={"topic": topic}, topic=topic, **_stage(talk))
        if talk.useful is not None:
            made.rate(talk.useful)
        district = self._house.deployment.eligibility.districts[0]
        if talk.need is not None:
            made.wait(2)
            self._search(made, talk, district)
        if talk.refers is not None or talk.stops is not None:
            self._refer(made, until=talk.stops)
        if talk.flagged is not None:
            made.wait(3)
            verdict = made.hear(talk.flagged, intent="flagged")
            for key in reply_keys(verdict, repeated=False, professional=False):
                made.say(key)
        rows = made.finish(
            stage=talk.refers, district=district, reviewed=self._now - talk.began > _UNREAD
        )
        self._acknowledge(rows)
        return rows

    def _search(self, made: Writing, talk: plan.Talk, district: str) -> None:
        made.hear(f"is there any help near me with {talk.need}", intent="find_support")
        query = Query(
            need=talk.need,
            stage=talk.refers,
            place=self._families.place(talk.number),
            role="unknown",
            language="en",
            now=self._house.deployment.local(talk.began),
        )
        shown, about = self._services(query, talk.channel, district)
        made.say("utter_services" if shown else "utter_services_none", about=about, services=shown)

    def _services(
        self, query: Query, channel: str, district: str
    ) -> tuple[list[dict[str, str]], dict[str, Any]]:
        key = (query.need, query.stage, query.place and query.place.text, channel)
        if key not in self._found:
            found = self._directory.search(query)
            about = {
                "need": query.need,
                "stage": query.stage or "unknown",
                "district": district,
                "services": [m.service.slug for m in found],
                "local": sum(m.service.is_local and m.fit == "exact" for m in found),
            }

            def say(name: str, /, **variables: object) -> str:
                return self._deps.say(name, channel, **variables)

            self._found[key] = (cards(found, say), about)
        return self._found[key]

    def _refer(self, made: Writing, *, until: str | None) -> None:
        made.wait(2)
        made.hear("can someone from the team call me please", intent="self_refer")
        made.say("utter_referral_intro")
        if until == "started":
            return
        made.wait(4)
        made.say("utter_referral_consent", answers={}, team="the team", for_other=False)
        if until == "consent":
            made.hear("no, not now", intent="deny")
            made.say("utter_referral_no_consent")
            return
        made.hear("yes please send it", intent="affirm")
        made.say("utter_referral_sent", reference="", days=5, shared=False)

    def _render(self, reply: Reply, channel: str, language: str) -> Rendered:
        key = (reply.key, channel, language, repr(reply.variables))
        if key not in self._rendered:
            self._rendered[key] = self._house.words.render(
                reply, channel=channel, language=language, stage=None
            )
        return self._rendered[key]

    def _acknowledge(self, rows: Rows) -> None:
        rng = random.Random(str(rows["conversations"][0]["id"]))  # noqa: S311 (invented)
        for flag in rows["flags"]:
            if self._now - flag["raised_at"] > _UNREAD:
                flag["acknowledged_at"] = flag["raised_at"] + timedelta(minutes=rng.randint(2, 50))
                flag["acknowledged_by"] = self._staff_id
                flag["outcome"] = rng.choice(("spoke_with_parent", "safety_text_enough"))

    def _do(self, session: Session) -> int:
        made = 0
        for number, deed in enumerate(plan.deeds(self._seed, now=self._now)):
            entry = activity.Entry(
                kind=deed.kind,
                day=deed.at.date(),
                number=deed.number,
                profession=deed.profession,
                organisation=deed.organisation,
                stage=deed.stage,
            )
            key = f"demo {self._seed} {number}"
            made += activity.add(
                session, entry, now=self._now, by=None, source="demo-data", key=key
            )
        return made


def _stage(talk: plan.Talk) -> dict[str, str]:
    return {"stage": talk.refers} if talk.refers else {}
