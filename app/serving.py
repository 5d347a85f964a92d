"""Starts the processes of the command line and says where they are to be found."""

import signal
import sys
import threading
import time

from app import processes, ready
from app import serve as serving
from app.bootstrap import House
from app.running import Running
from app.set_up import SetUp
from common.settings import Settings

_START_S = 90


def serve(settings: Settings) -> None:
    """Everything on one machine, until a signal comes."""
    ready.refuse_unready(settings)
    everything, done = serving.everything(settings)
    listening = threading.Event()
    threading.Thread(
        target=_announce, args=(everything, done, listening), name="announce", daemon=True
    ).start()
    everything.run(ready=listening)


def web(settings: Settings) -> None:
    """The public address and the console; the database is shared with workers."""
    ready.refuse_unready(settings)
    serving.only_web(settings).run()


def assistant(settings: Settings) -> None:
    """The assistant, kept running until a signal comes."""
    child = processes.assistant(settings, port=settings.assistant_port)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    child.start()
    ended.wait()
    child.end()


def _announce(everything: Running, done: SetUp, listening: threading.Event) -> None:
    if not listening.wait(_START_S):
        return
    print(_addresses(everything.settings, everything.house, done), file=sys.stderr, flush=True)
    ends = time.monotonic() + _START_S
    while time.monotonic() < ends:
        if everything.client.ready():
            print("The assistant is ready.", file=sys.stderr, flush=True)
            return
        time.sleep(0.2)
    print(
        f"The assistant did not start: see {everything.settings.var / 'log' / 'assistant.log'}",
        file=sys.stderr,
        flush=True,
    )


def _addresses(settings: Settings, house: House, done: SetUp) -> str:
    lines = [
        "",
        f"First1001 for {house.deployment.service_name}",
        f"  Web chat            {settings.public_base_url}",
        f"  Console             {settings.console_base_url}",
    ]
    if settings.simulators:
        lines += [
            f"  SMS simulator       http://127.0.0.1:{settings.sms_double_port}",
            f"  Telegram simulator  http://127.0.0.1:{settings.telegram_double_port}",
        ]
    if done.demo_email:
        lines += [
            "",
            f"  Sign in to the console as {done.demo_email}",
            f"  with the one-time password {done.demo_password}",
        ]
    if not settings.live:
        lines += ["", "  This is a demonstration: nobody reads it and nobody will call."]
    lines += ["  Press Ctrl+C to end.", ""]
    return "\n".join(lines)
