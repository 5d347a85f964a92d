"""Kills processes at random moments while parents write; the same seed gives the same day."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.processes.house import House, until
from tests.processes.ledger import Ledger
from tests.processes.parents import Twilio

TEXTS = ("hello", "my baby wont stop crying", "help near BD5 8HL", "i want to end my life")


@dataclass
class RandomDay:
    """Parents who write a few texts each, and a killer who follows no rule but the seed."""

    house: House
    ledger: Ledger
    seed: int
    sent: list[str] = field(default_factory=list)

    def live_through(self, *, kills: int, parents: int, roles: Sequence[str]) -> None:
        chance, twilio = random.Random(self.seed), Twilio(self.house)
        for number in range(kills):
            for parent in range(parents):
                text = chance.choice(TEXTS)
                form = twilio.form(f"+447700900{600 + parent}", text)
                twilio.deliver_until_taken(form)
                self.sent.append(form["MessageSid"])
            # Long enough for some of them to be anywhere on their way.
            time.sleep(chance.uniform(0, 0.6))
            role = roles[number % len(roles)]
            self.house.running(role).kill()
            self.house.start(role)
            self.house.await_web()
        self.ledger.await_quiet()

    def assert_nothing_is_lost(self) -> None:
        rows = self.ledger.inbound()
        assert sorted(row.provider_message_id for row in rows) == sorted(self.sent)
        self.ledger.assert_whole()
        until(self.ledger.is_quiet, "nothing comes after")
