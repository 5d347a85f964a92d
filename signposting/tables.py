"""The tables of the directory: Open Referral (HSDS 3.0) names with the prefix `directory_`.

Holds columns and keys only; signposting.rows turns rows into values and back.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from common.db import Base, UtcDateTime

_ID = 36
_CASCADE = "all, delete-orphan"


def _service_id() -> Mapped[str]:
    return mapped_column(ForeignKey("directory_service.id", ondelete="CASCADE"), index=True)


class OrganizationRow(Base):
    """HSDS organization."""

    __tablename__ = "directory_organization"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)


class TaxonomyRow(Base):
    """HSDS taxonomy."""

    __tablename__ = "directory_taxonomy"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    version: Mapped[str | None] = mapped_column(String(32))


class TaxonomyTermRow(Base):
    """HSDS taxonomy_term; `code` is the need's id, `parent_id` its group."""

    __tablename__ = "directory_taxonomy_term"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    taxonomy_id: Mapped[str] = mapped_column(
        ForeignKey("directory_taxonomy.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[str | None] = mapped_column(String(_ID))


class ServiceRow(Base):
    """HSDS service; the columns after `application_process` are ours (see model.Service)."""

    __tablename__ = "directory_service"
    __table_args__ = (Index("ix_directory_service_feed_status", "feed", "status"),)

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        ForeignKey("directory_organization.id"), index=True
    )
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(32), index=True)
    minimum_age: Mapped[float | None] = mapped_column(Float)
    maximum_age: Mapped[float | None] = mapped_column(Float)
    assured_date: Mapped[date | None] = mapped_column(Date, index=True)
    interpretation_services: Mapped[bool] = mapped_column(Boolean)
    application_process: Mapped[str | None] = mapped_column(Text)

    slug: Mapped[str] = mapped_column(String(128), unique=True)
    feed: Mapped[str] = mapped_column(String(128))
    minimum_weeks: Mapped[int | None] = mapped_column(Integer)
    maximum_weeks: Mapped[int | None] = mapped_column(Integer)
    opening_hours: Mapped[str | None] = mapped_column(Text)
    language_note: Mapped[str | None] = mapped_column(Text)
    accessibility: Mapped[str | None] = mapped_column(Text)
    people: Mapped[str] = mapped_column(String(16))
    self_referral: Mapped[bool | None] = mapped_column(Boolean)
    referral_here: Mapped[bool] = mapped_column(Boolean)
    verified: Mapped[bool] = mapped_column(Boolean)
    evidence: Mapped[str | None] = mapped_column(String(1))
    source: Mapped[list[str]] = mapped_column(JSON)
    source_date: Mapped[str | None] = mapped_column(String(10))
    checked: Mapped[date | None] = mapped_column(Date)
    staff_notes: Mapped[str | None] = mapped_column(Text)
    unconfirmed: Mapped[dict[str, Any]] = mapped_column(JSON)
    record: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    organization: Mapped[OrganizationRow] = relationship()
    contacts: Mapped[list["ContactRow"]] = relationship(
        cascade=_CASCADE, order_by="ContactRow.position"
    )
    phones: Mapped[list["PhoneRow"]] = relationship(cascade=_CASCADE, order_by="PhoneRow.position")
    schedules: Mapped[list["ScheduleRow"]] = relationship(
        cascade=_CASCADE, order_by="ScheduleRow.position"
    )
    service_areas: Mapped[list["ServiceAreaRow"]] = relationship(
        cascade=_CASCADE, order_by="ServiceAreaRow.position"
    )
    service_at_locations: Mapped[list["ServiceAtLocationRow"]] = relationship(
        cascade=_CASCADE, order_by="ServiceAtLocationRow.position"
    )
    languages: Mapped[list["LanguageRow"]] = relationship(
        cascade=_CASCADE, order_by="LanguageRow.position"
    )
    cost_options: Mapped[list["CostOptionRow"]] = relationship(
        cascade=_CASCADE, order_by="CostOptionRow.position"
    )
    attributes: Mapped[list["AttributeRow"]] = relationship(
        cascade=_CASCADE, order_by="AttributeRow.position"
    )


class ContactRow(Base):
    """HSDS contact: who answers at a service."""

    __tablename__ = "directory_contact"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    service_id: Mapped[str] = _service_id()
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)


class PhoneRow(Base):
    """HSDS phone; only verified numbers have a row."""

    __tablename__ = "directory_phone"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    service_id: Mapped[str] = _service_id()
    contact_id: Mapped[str | None] = mapped_column(
        ForeignKey("directory_contact.id", ondelete="CASCADE")
    )
    position: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(String(16))
    description: Mapped[str | None] = mapped_column(Text)
    for_professionals: Mapped[bool] = mapped_column(Boolean)

    contact: Mapped[ContactRow | None] = relationship()


class ScheduleRow(Base):
    """HSDS schedule: one weekly span."""

    __tablename__ = "directory_schedule"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    service_id: Mapped[str] = _service_id()
    position: Mapped[int] = mapped_column(Integer)
    freq: Mapped[str] = mapped_column(String(8))
    byday: Mapped[str] = mapped_column(String(32))
    opens_at: Mapped[str] = mapped_column(String(8))
    closes_at: Mapped[str] = mapped_column(String(8))


class ServiceAreaRow(Base):
    """HSDS service_area; `scope` is ours and is what a search asks for."""

    __tablename__ = "directory_service_area"
    __table_args__ = (Index("ix_directory_service_area_scope", "scope", "service_id"),)

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    service_id: Mapped[str] = _service_id()
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(String(64))
    uri: Mapped[str | None] = mapped_column(Text)


class LocationRow(Base):
    """HSDS location; easting and northing (metres) are ours."""

    __tablename__ = "directory_location"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    location_type: Mapped[str] = mapped_column(String(16))
    name: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    easting: Mapped[int | None] = mapped_column(Integer)
    northing: Mapped[int | None] = mapped_column(Integer)

    addresses: Mapped[list["AddressRow"]] = relationship(
        cascade=_CASCADE, order_by="AddressRow.position"
    )


class AddressRow(Base):
    """HSDS address."""

    __tablename__ = "directory_address"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    location_id: Mapped[str] = mapped_column(
        ForeignKey("directory_location.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(Integer)
    address_1: Mapped[str] = mapped_column(Text)
    city: Mapped[str] = mapped_column(Text)
    state_province: Mapped[str] = mapped_column(Text)
    postal_code: Mapped[str] = mapped_column(String(16))
    country: Mapped[str] = mapped_column(String(2))
    address_type: Mapped[str] = mapped_column(String(16))


class ServiceAtLocationRow(Base):
    """HSDS service_at_location."""

    __tablename__ = "directory_service_at_location"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    service_id: Mapped[str] = _service_id()
    location_id: Mapped[str] = mapped_column(
        ForeignKey("directory_location.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(Integer)

    location: Mapped[LocationRow] = relationship()


class LanguageRow(Base):
    """HSDS language."""

    __tablename__ = "directory_language"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    service_id: Mapped[str] = _service_id()
    position: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(Text)


class CostOptionRow(Base):
    """HSDS cost_option."""

    __tablename__ = "directory_cost_option"

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    service_id: Mapped[str] = _service_id()
    position: Mapped[int] = mapped_column(Integer)
    option: Mapped[str] = mapped_column(Text)
    amount_description: Mapped[str | None] = mapped_column(Text)


class AttributeRow(Base):
    """HSDS attribute: links a service to a need; `position` keeps the most central first."""

    __tablename__ = "directory_attribute"
    __table_args__ = (Index("ix_directory_attribute_term", "taxonomy_term_id", "service_id"),)

    id: Mapped[str] = mapped_column(String(_ID), primary_key=True)
    service_id: Mapped[str] = _service_id()
    taxonomy_term_id: Mapped[str] = mapped_column(ForeignKey("directory_taxonomy_term.id"))
    position: Mapped[int] = mapped_column(Integer)

    taxonomy_term: Mapped[TaxonomyTermRow] = relationship()


class CorrectionRow(Base):
    """What staff said of a service; it is laid over every later import, until it is taken back.

    `before` has what the fields were, so that taking it back needs no file.
    """

    __tablename__ = "directory_correction"
    __table_args__ = (Index("ix_directory_correction_slug", "slug", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    slug: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(16))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_by: Mapped[str | None] = mapped_column(String(32))
