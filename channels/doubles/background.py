"""Work that a double does after it has answered: webhooks, receipts, updates."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI


class Background:
    """Tasks and one HTTP client; both end with the server."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something soon."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def client(self) -> httpx.AsyncClient:
        """The client for calls to the house."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=15, trust_env=False)
        return self._client

    def lifespan(self, *loops: Callable[[], Coroutine[Any, Any, None]]) -> Any:
        """A lifespan that runs loops beside the server and ends everything with it."""

        @asynccontextmanager
        async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
            for loop in loops:
                self.start(loop())
            try:
                yield
            finally:
                await self._end()

        return lifespan

    async def _end(self) -> None:
        tasks: list[Awaitable[None]] = list(self._tasks)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None
