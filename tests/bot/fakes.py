"""An action endpoint over real HTTP that does what a test tells it; it stands for the app's."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = dict[str, Any]


def told(key: str, **variables: Any) -> Answer:
    """One reply part with a key."""
    return {"custom": {"key": key, "variables": variables}}


class Actions:
    """Answers each action by name; `misbehave` makes all of them fail in one way."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.seen: list[dict[str, Any]] = []
        self.misbehave: str | None = None
        self.hang_s = 9.0  # longer than the time-out that the tests set
        self.by_name: dict[str, Callable[[dict[str, Any]], Answer]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, body: dict[str, Any]) -> tuple[int, Answer]:
        name, tracker = body["next_action"], body["tracker"]
        self.calls.append(name)
        self.seen.append(body)
        text = tracker["latest_message"].get("text")
        if self.misbehave == "hang":
            time.sleep(self.hang_s)
        if self.misbehave == "crash":
            return 500, {"error": f"it broke on {text}", "action_name": name}
        if self.misbehave == "reject":
            return 400, {"action_name": name, "error": f"no to {text}"}
        if self.misbehave == "unknown":
            return 404, {"action_name": name, "error": "unknown"}
        if self.misbehave == "malformed":
            return 200, {"events": [{"no": text}], "responses": [text]}
        known = self.by_name.get(name)
        if known:
            return 200, known(body)
        said = tracker["latest_message"].get("intent", {}).get("name")
        return 200, {"events": [], "responses": [told(name, said=said)]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        actions = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = actions.answer(body)
                data = json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    self.close_connection = True  # the caller has given up: that is the test

            def log_message(self, *_: Any) -> None:
                return

        return Handler


def small_house_actions(actions: Actions) -> None:
    """What the small house's own actions do."""

    def slot(name: str, value: Any) -> dict[str, Any]:
        return {"event": "slot", "name": name, "value": value}

    def validate(body: dict[str, Any]) -> Answer:
        slots = body["tracker"]["slots"]
        code = slots.get("guest_code")
        events = []
        if isinstance(code, str) and not code.isupper():
            good = code.lower().startswith("ab")
            events.append(slot("guest_code", code.upper() if good else None))
        return {"events": events, "responses": []}

    def tell(body: dict[str, Any]) -> Answer:
        text = body["tracker"]["latest_message"]["text"]
        count = (body["tracker"]["slots"].get("told") or {}).get("count", 0) + 1
        return {
            "events": [slot("told", {"count": count, "text": text})],
            "responses": [told("told", count=count)],
        }

    def send(body: dict[str, Any]) -> Answer:
        slots = body["tracker"]["slots"]
        args = {"name": slots["guest_name"], "code": slots["guest_code"]}
        effect = {"custom": {"effect": "create_guest", "args": args}}
        events = [slot("guest_name", None), slot("guest_code", None)]
        return {"events": events, "responses": [told("sent"), effect, effect]}

    actions.by_name |= {
        "validate_guest_form": validate,
        "action_tell": tell,
        "action_send": send,
        "action_stray": lambda _: {"events": [], "responses": [{"text": "bare words"}]},
        "action_forbidden": lambda _: {
            "events": [{"event": "pause"}],
            "responses": [told("paused")],
        },
        "action_quiet": lambda _: {"events": [], "responses": [{"custom": {"silent": True}}]},
        "action_nothing": lambda _: {"events": [], "responses": []},
    }
