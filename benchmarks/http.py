"""A bare HTTP/1.1 client and server for loopback; spends little CPU, so that it disturbs less."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httptools

TIMEOUT_S = 30.0


@dataclass
class _Answer(asyncio.Protocol):
    """Collects the answer to the one request that is under way."""

    transport: asyncio.Transport | None = None
    parser: httptools.HttpResponseParser | None = None
    body: bytearray = field(default_factory=bytearray)
    waiting: asyncio.Future[tuple[int, bytes]] | None = None
    keep: bool = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.parser is not None:
            self.parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionError(f"the connection broke: {exc}"))

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        if self.parser is None or self.waiting is None or self.waiting.done():
            return
        self.keep = self.parser.should_keep_alive()
        self.waiting.set_result((self.parser.get_status_code(), bytes(self.body)))


class Connection:
    """One kept-alive connection to a loopback address; one request at a time."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        assert parts.hostname == "127.0.0.1", "only this machine is ever spoken to"
        assert parts.port is not None
        self._host, self._port = parts.hostname, parts.port
        self._protocol: _Answer | None = None

    async def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of the answer.

        Raises:
            OSError: nobody listens, or the connection broke.
            TimeoutError: no answer within 30 s.
        """
        protocol = await self._open()
        assert protocol.transport is not None
        protocol.parser = httptools.HttpResponseParser(protocol)
        protocol.body = bytearray()
        protocol.waiting = asyncio.get_running_loop().create_future()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        lines += ["", ""]
        protocol.transport.write("\r\n".join(lines).encode() + body)
        try:
            answer = await asyncio.wait_for(protocol.waiting, TIMEOUT_S)
        except TimeoutError:
            self.close()
            raise
        if not protocol.keep:
            self.close()
        return answer

    async def _open(self) -> _Answer:
        if self._protocol is None or self._protocol.transport is None:
            loop = asyncio.get_running_loop()
            _, self._protocol = await loop.create_connection(_Answer, self._host, self._port)
        return self._protocol

    def close(self) -> None:
        """End it; the next request opens another."""
        if self._protocol is not None and self._protocol.transport is not None:
            self._protocol.transport.close()
        self._protocol = None


Handle = Callable[[str, str, bytes], tuple[int, bytes]]


class _Serving(asyncio.Protocol):
    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._path, self._body = b"", bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._path, self._body = b"", bytearray()

    def on_url(self, url: bytes) -> None:
        self._path += url

    def on_body(self, data: bytes) -> None:
        self._body += data

    def on_message_complete(self) -> None:
        if self._transport is None:
            return
        method = self._parser.get_method().decode()
        status, body = self._handle(method, self._path.decode(), bytes(self._body))
        head = (
            f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)


class Server:
    """A loopback server on a port of its own choice; `handle` gets method, path and body."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Serving(self._handle), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
