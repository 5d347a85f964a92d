"""A member of staff at the console, over HTTP, as a browser does it."""

import re
from html import unescape
from typing import Self

import httpx

from tests.processes.house import House


class Staff:
    """Signed in with what `serve` printed."""

    def __init__(self, house: House) -> None:
        self.http = httpx.Client(base_url=house.console, timeout=30, trust_env=False)
        email, password = house.sign_in()
        form = self.http.get("/sign-in")
        token = re.findall(r'name="csrf" value="([^"]+)"', form.text)[0]
        answer = self.http.post(
            "/sign-in", data={"csrf": token, "email": email, "password": password}
        )
        assert answer.status_code == 303, answer.text

    def read(self, path: str) -> str:
        """The words of a page, without markup; fails where it does not open."""
        return words_of(self.page(path))

    def page(self, path: str) -> str:
        answer = self.http.get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
