"""A door before the action endpoint that can fail, hang, reject or be shut, as a test says."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx

from tests.processes.house import free_ports

HANG_S = 20.0


class ActionDoor:
    """Listens where the assistant looks for its actions and passes calls on to the worker.

    Attributes:
        moods: what a call is met with, by the words of the parent: `fail`, `reject` or `hang`.
        met: the moods that were met, in order.
    """

    def __init__(self, worker_port: int) -> None:
        [self.port] = free_ports(1)
        self.moods: dict[str, str] = {}
        self.met: list[str] = []
        self._to = f"http://127.0.0.1:{worker_port}/webhook"
        self._let_go = threading.Event()
        self._server: ThreadingHTTPServer | None = None

    def open(self) -> None:
        self._let_go.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def shut(self) -> None:
        """Nothing listens any more."""
        self._let_go.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        call = json.loads(body)
        name = call["next_action"]
        mood = self.moods.get(call["tracker"]["latest_message"].get("text") or "")
        if mood:
            self.met.append(mood)
        if mood == "fail":
            return 500, {"error": "failed", "action_name": name}
        if mood == "reject":
            return 400, {"error": "rejected", "action_name": name}
        if mood == "hang":
            self._let_go.wait(HANG_S)
            return 200, {"events": [], "responses": []}
        secret = {"X-Internal-Secret": headers.get("X-Internal-Secret") or ""}
        passed = httpx.post(self._to, json=call, headers=secret, timeout=30, trust_env=False)
        return passed.status_code, passed.json()

    def _handler(door: Self) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, answer = door.answer(self.headers, body)
                data = json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    return  # whoever asked has given up

            def log_message(self, *_: Any) -> None:
                return

        return Handler
