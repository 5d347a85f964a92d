"""The read-only Open Referral UK API (HSDS-UK 3.0) of the directory, for others to read.

Everybody may read it, from any site: it holds what a parent is told and nothing for staff. Source
of paths and filters: OpenReferralUK/uk-profile, schema/openapi.json.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from common.db import Sessions, reading
from common.errors import InvalidInput, NotFound
from places.model import Place
from signposting import listing, loading, open_referral
from signposting.listing import Filters
from signposting.needs import Needs

_LARGEST = 100
_FEW_MINUTES = "public, max-age=300"


class Problem(BaseModel):
    """Why there is no answer."""

    error: str


class Listed(BaseModel):
    """A page of a list."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[dict[str, Any]]


class Page(BaseModel):
    """Which page of a list is wanted."""

    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1
    per_page: Annotated[int, Query(ge=1, le=_LARGEST)] = 20


class Narrowed(BaseModel):
    """The filters of the profile."""

    search: Annotated[str | None, Query(max_length=200)] = None
    taxonomy_term_id: str | None = None
    taxonomy_id: str | None = None
    organization_id: str | None = None
    minimum_age: Annotated[float | None, Query(ge=0, le=130)] = None
    maximum_age: Annotated[float | None, Query(ge=0, le=130)] = None
    start_time: time | None = None
    end_time: time | None = None
    day: Literal[listing.DAYS] | None = None  # type: ignore[valid-type]
    postcode: Annotated[str | None, Query(max_length=20)] = None
    proximity: Annotated[float | None, Query(ge=0, le=2_000_000)] = None


def create(
    sessions: Sessions, needs: Needs, *, place_of: Callable[[str], Place | None], address: str
) -> FastAPI:
    """The ASGI app, to be mounted.

    Args:
        sessions: of the database.
        needs: the taxonomy.
        place_of: finds a postcode.
        address: where it is mounted, as others see it, without a slash at the end.
    """
    app = FastAPI(
        title="Directory of services",
        description="Support for parents from conception to age two, as Open Referral UK data.",
        version="3.0",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": address}],
        root_path_in_servers=False,
    )
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"])
    app.include_router(_Library(sessions, needs, place_of, address).router())
    app.add_exception_handler(NotFound, _problem(404))
    app.add_exception_handler(InvalidInput, _problem(400))
    return app


class _Library:
    def __init__(
        self,
        sessions: Sessions,
        needs: Needs,
        place_of: Callable[[str], Place | None],
        address: str,
    ) -> None:
        self._sessions, self._needs = sessions, needs
        self._place_of, self._address = place_of, address

    def router(self) -> APIRouter:
        """All routes."""
        made = APIRouter()
        gone: dict[int | str, dict[str, Any]] = {404: {"model": Problem}}
        wrong: dict[int | str, dict[str, Any]] = {400: {"model": Problem}}
        one, many = dict[str, Any], Listed
        for path, endpoint, model, other in (
            ("/", self.details, one, {}),
            ("/services", self.services, many, wrong),
            ("/services/{id}", self.service, one, gone),
            ("/service_at_locations", self.at_locations, many, wrong),
            ("/service_at_locations/{id}", self.at_location, one, gone),
            ("/organizations", self.organizations, many, {}),
            ("/organizations/{id}", self.organization, one, gone),
            ("/taxonomies", self.taxonomies, many, {}),
            ("/taxonomies/{id}", self.taxonomy, one, gone),
            ("/taxonomy_terms", self.terms, many, {}),
            ("/taxonomy_terms/{id}", self.term, one, gone),
        ):
            made.add_api_route(
                path, endpoint, methods=["GET"], response_model=model, responses=other
            )
        return made

    def details(self, request: Request) -> Response:
        """Version and profile of this API."""
        details = open_referral.api_details(openapi_url=f"{self._address}/openapi.json")
        return _answer(request, details)

    def services(
        self, request: Request, at: Annotated[Page, Depends()], by: Annotated[Narrowed, Depends()]
    ) -> Response:
        """Services, by id."""
        with reading(self._sessions) as session:
            found = listing.services(session, self._filters(by), number=at.page, size=at.per_page)
            shown = [open_referral.service_json(s) for s in loading.services(session, found.ids)]
        return _answer(request, open_referral.listed(shown, found.total, at.page, at.per_page))

    def service(self, request: Request, id: str) -> Response:  # noqa: A002 (the profile's name)
        """One service, fully nested."""
        with reading(self._sessions) as session:
            found = loading.services(session, [id])
        return _answer(request, open_referral.service_json(_only(found, "service")))

    def at_locations(
        self, request: Request, at: Annotated[Page, Depends()], by: Annotated[Narrowed, Depends()]
    ) -> Response:
        """Services at the places where they are given, by id."""
        with reading(self._sessions) as session:
            filters = self._filters(by)
            found = listing.services_at_locations(
                session, filters, number=at.page, size=at.per_page
            )
            shown = self._at(session, found.ids)
        return _answer(request, open_referral.listed(shown, found.total, at.page, at.per_page))

    def at_location(self, request: Request, id: str) -> Response:  # noqa: A002
        """One service at one place."""
        with reading(self._sessions) as session:
            found = self._at(session, [id])
        return _answer(request, _only(found, "service at a location"))

    def organizations(self, request: Request, at: Annotated[Page, Depends()]) -> Response:
        """Organizations, by id."""
        with reading(self._sessions) as session:
            found, total = listing.organizations(session, number=at.page, size=at.per_page)
        shown = [open_referral.organization_json(one) for one in found]
        return _answer(request, open_referral.listed(shown, total, at.page, at.per_page))

    def organization(self, request: Request, id: str) -> Response:  # noqa: A002
        """One organization with its services."""
        with reading(self._sessions) as session:
            found, ids = listing.organization(session, id)
            services = [open_referral.service_json(s) for s in loading.services(session, ids)]
        made = open_referral.organization_json(found)
        return _answer(request, {**made, "services": services} if services else made)

    def taxonomies(self, request: Request, at: Annotated[Page, Depends()]) -> Response:
        """The taxonomies, of which there is one."""
        return _answer(request, _cut([open_referral.taxonomy_json(self._needs)], at))

    def taxonomy(self, request: Request, id: str) -> Response:  # noqa: A002
        """The taxonomy of needs."""
        found = [open_referral.taxonomy_json(self._needs)]
        return _answer(request, _only((t for t in found if t["id"] == id), "taxonomy"))

    def terms(self, request: Request, at: Annotated[Page, Depends()]) -> Response:
        """Groups of needs, then needs."""
        return _answer(request, _cut(open_referral.terms_json(self._needs), at))

    def term(self, request: Request, id: str) -> Response:  # noqa: A002
        """One group or need."""
        found = open_referral.terms_json(self._needs)
        return _answer(request, _only((t for t in found if t["id"] == id), "taxonomy term"))

    def _filters(self, by: Narrowed) -> Filters:
        given = by.model_dump(exclude={"postcode", "proximity"})
        place = None
        if by.postcode is not None:
            place = self._place_of(by.postcode)
            if place is None or place.kind == "name":
                raise InvalidInput("postcode is not a postcode that we know")
        elif by.proximity is not None:
            raise InvalidInput("proximity needs a postcode")
        return Filters(**given, place=place, metres=by.proximity)

    def _at(self, session: Session, ids: list[str]) -> list[dict[str, Any]]:
        links = listing.links(session, ids)
        services = {s.id: s for s in loading.services(session, [own for _, own in links])}
        return [open_referral.at_location_json(services[own], link) for link, own in links]


def _cut(everything: list[dict[str, Any]], at: Page) -> dict[str, Any]:
    shown = everything[(at.page - 1) * at.per_page : at.page * at.per_page]
    return open_referral.listed(shown, len(everything), at.page, at.per_page)


def _only(found: Iterable[Any], what: str) -> Any:
    for one in found:
        return one
    raise NotFound(f"there is no {what} with this id")


def _problem(status: int) -> Callable[[Request, Exception], Response]:
    def answer(_request: Request, error: Exception) -> Response:
        return JSONResponse({"error": str(error)}, status)

    return answer


def _answer(request: Request, data: Any) -> Response:
    """JSON with a tag, so that who has it already gets nothing again."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": _FEW_MINUTES}
    if tag in (request.headers.get("if-none-match") or ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
