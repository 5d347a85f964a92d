"""A day on which the processes die again and again: one message at each point of its way.

The worker is killed at its points, the web process at the points of receiving. Every message is
delivered as Twilio delivers it: again and again until somebody takes it.
"""

import itertools
import json
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx
import psutil

from common.ids import derived_id
from tests.processes.house import CRASHED, House, until
from tests.processes.ledger import Ledger
from tests.processes.parents import Twilio

# Points between handing a text to the provider and writing down that it was taken, first: what is
# left in the air there is looked up only after 35 s, which pass while the others have their turn.
SEND_POINTS = ("send.marked", "send.answered", "send.recorded")
TURN_POINTS = ("turn.claimed", "turn.answered", "turn.before_commit", "turn.committed")
RECEIVE_POINTS = ("receive.before_commit", "receive.committed")
POINTS = (*SEND_POINTS, *TURN_POINTS, *RECEIVE_POINTS)
CRISIS = "crisis at "
ASSISTANT = "the assistant"
_NUMBERS = itertools.count(500)


@dataclass
class RoughDay:
    """What was sent at which point, and how the process ended there."""

    house: House
    ledger: Ledger
    twilio: Twilio
    forms: dict[str, dict[str, str]] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)

    def live_through(self, names: Iterable[str]) -> None:
        """Kill at each of these points, then start everything once more and wait for peace."""
        for name in names:
            point = name.removeprefix(CRISIS)
            text = "i want to end my life" if name.startswith(CRISIS) else "hello"
            self.forms[name] = self.twilio.form(f"+447700900{next(_NUMBERS)}", text)
            if point == ASSISTANT:
                self._kill_assistant(name)
            elif point in RECEIVE_POINTS:
                self._kill_web(name, point)
            else:
                self._kill_worker(name, point)
        if self.house.running("worker").code is not None:
            self.house.start("worker")
        self.ledger.await_quiet()

    def _kill_worker(self, name: str, point: str) -> None:
        if point == "send.answered":
            # A delivery receipt, which names our row, would tell at once that the text had gone.
            never = {"op": "receipt", "fault": "never"}
            httpx.post(f"{self.house.sms_double}/_script", json=never, trust_env=False)
        worker = self.house.running("worker")
        if worker.code is None:
            worker.end()
        self.twilio.deliver_until_taken(self.forms[name])
        self.ended[name] = self.house.start("worker", crash=point).died()

    def _kill_web(self, name: str, point: str) -> None:
        self.house.running("web").end()
        web = self.house.start("web", crash=point)
        until(lambda: self.twilio.deliver(self.forms[name]) == 0 and web.code, "the web dies")
        self.ended[name] = web.died()
        self.house.start("web")
        self.twilio.deliver_until_taken(self.forms[name])

    def _kill_assistant(self, name: str) -> None:
        """Kill Rasa while a worker waits for its answer; what keeps it running starts another."""
        if self.house.running("worker").code is not None:
            self.house.start("worker")
        self.house.await_ready()
        [rasa] = psutil.Process(self.house.running("assistant").pid).children()
        rasa.send_signal(signal.SIGSTOP)
        self.twilio.deliver_until_taken(self.forms[name])
        [row] = self.inbound_ids(name)
        until(lambda: self.ledger.is_claimed(row), "the turn is under way")
        rasa.kill()
        self.ended[name] = CRASHED

    def assert_all_died_where_told(self) -> None:
        assert set(self.ended.values()) == {CRASHED}, self.ended

    def inbound_ids(self, name: str) -> list[str]:
        """The rows of the message that was sent at a point: exactly one, if all is well."""
        sid = self.forms[name]["MessageSid"]
        rows = self.ledger.inbound()
        return [row.id for row in rows if row.id == derived_id("inbound", "sms", sid)]

    def taken_by_provider(self, outbound_id: str) -> int:
        """How often the SMS double took a message of ours."""
        log = httpx.get(f"{self.house.sms_double}/_log", trust_env=False, timeout=30).text
        entries = [json.loads(line) for line in log.splitlines()]
        mine = f"ob={outbound_id}"
        return sum(
            e["event"] == "send.accepted" and mine in (e["callback"] or "") for e in entries
        )
