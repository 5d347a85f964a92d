"""What runs beside the web servers and the worker: sweeps, purges, paging, Telegram's webhook."""

import threading
from collections.abc import Callable
from datetime import timedelta

from alerts import clock as escalation
from app import retention, young
from app.alerting import noticing, paging
from app.bootstrap import House
from app.clearing import clearer
from app.counting import counter
from channels.sms import Sms
from channels.telegram import Telegram
from channels.web_chat.channel import WebChat
from common.log import logger
from safety import screen

log = logger()

PURGE_EVERY_S = 3600.0
SESSIONS_EVERY_S = 600.0
YOUNG_EVERY_S = 30.0
CLEAR_EVERY_S = 2.0
COUNT_EVERY_S = 300.0
SWEEP_EVERY_S = 60.0
# Twilio's list may lag half a minute; a sweep looks back far enough to see every message twice.
SWEEP_BACK = timedelta(minutes=10)
# The screen compiles its phrases in small steps: parents who write meanwhile come first.
WARM_REST_S = 0.005
_LONGEST_WAIT_S = 60.0
_WORTH_A_WARNING_S = 4.0


def threads(house: House, stop: threading.Event) -> list[threading.Thread]:
    """The threads for this house, not yet started; each ends soon after `stop` is set."""
    jobs = [_thread("warming", screen.warm, lambda: stop.wait(WARM_REST_S))]
    days = house.settings.retention_days
    if days is not None:
        jobs.append(_every(PURGE_EVERY_S, "purge", lambda: _purge(house, days), stop))
    jobs.append(_every(COUNT_EVERY_S, "counting", counter(house), stop))
    pages = paging(house)
    if pages is not None:
        sessions = house.work_ledger.sessions
        watched = noticing(house)
        jobs.append(_thread("paging", escalation.run, sessions, pages, house.clock, stop, watched))
    children = young.telling(house)
    if children is not None:
        jobs.append(_every(YOUNG_EVERY_S, "young", children, stop))
    for channel in house.channels.values():
        if isinstance(channel, WebChat):
            jobs.append(_every(SESSIONS_EVERY_S, "sessions", channel.store.purge, stop))
        elif isinstance(channel, Sms):
            jobs.append(_every(SWEEP_EVERY_S, "sweep", _sweep(house, channel), stop))
        elif isinstance(channel, Telegram):
            jobs.append(_telegram(house, channel, stop))
            clear = clearer(house.work_ledger, channel)
            jobs.append(_every(CLEAR_EVERY_S, "clear", clear, stop))
    return jobs


def _purge(house: House, days: int) -> int:
    return retention.purge(house.work_ledger.sessions, days=days, now=house.clock.now())


def _sweep(house: House, channel: Sms) -> Callable[[], int]:
    """Take in texts whose webhook never reached us; those that did are known already."""

    def sweep() -> int:
        found = channel.missed(house.clock.now() - SWEEP_BACK)
        new = [m for m in found if not house.inbox.receive(m).duplicate]
        if new:
            log.warning("sweep.found_missed", count=len(new))
        return len(new)

    return sweep


def _telegram(house: House, channel: Telegram, stop: threading.Event) -> threading.Thread:
    if house.settings.telegram is not None and house.settings.telegram.polling:
        return _thread("telegram", channel.poll_forever, house.services(), stop)
    return _thread("telegram", _register, channel, stop)


def _register(channel: Telegram, stop: threading.Event) -> None:
    """Tell Telegram our webhook, again and again until it listens."""
    wait = 1.0
    while not stop.is_set():
        try:
            channel.register_webhook()
        except Exception:  # noqa: BLE001 (whatever it says now, it is asked again)
            # The first tries are quiet: in a demonstration its double starts beside us.
            say = log.info if wait < _WORTH_A_WARNING_S else log.warning
            say("telegram.webhook_not_registered", again_in_s=wait)
            stop.wait(wait)
            wait = min(wait * 2, _LONGEST_WAIT_S)
        else:
            return


def _every(
    seconds: float, name: str, job: Callable[[], int], stop: threading.Event
) -> threading.Thread:
    def loop() -> None:
        while not stop.wait(seconds):
            try:
                job()
            except Exception:  # noqa: BLE001 (a background loop: the next round tries again)
                log.exception("background.broke", job=name)

    return _thread(name, loop)


def _thread(name: str, target: Callable[..., object], *args: object) -> threading.Thread:
    return threading.Thread(target=target, args=args, name=name, daemon=True)
