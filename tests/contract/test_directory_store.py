"""The directory in both databases: twice equals once, and nothing is lost."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, select, text

from common.db import Base, Sessions
from common.deployment import load
from common.errors import NotFound
from signposting import cli, deployment_services, importer
from signposting import needs as taxonomy
from signposting.match import rank
from signposting.numbers import BlockedNumbers
from signposting.store import Directory
from signposting.tables import ServiceRow
from tests.unit.places.sample import DEPLOYMENTS
from tests.unit.signposting.making import place, query, service

NEEDS = taxonomy.load()


@pytest.fixture
def directory(engine: Engine, sessions: Sessions) -> Directory:
    tables = [t for t in Base.metadata.sorted_tables if t.name.startswith("directory_")]
    Base.metadata.create_all(engine, tables=tables)
    return Directory(sessions, NEEDS)


def test_what_was_read_is_what_is_stored(directory: Directory, sessions: Sessions) -> None:
    deployment = load(DEPLOYMENTS, "bradford")
    services = deployment_services.read(deployment, NEEDS)
    report = cli.import_services(sessions, deployment)
    assert len(report.added) == 74
    assert directory.all() == sorted(services, key=lambda found: found.slug)


def test_importing_twice_changes_nothing(
    directory: Directory, sessions: Sessions, engine: Engine
) -> None:
    deployment = load(DEPLOYMENTS, "caerwen")
    cli.import_services(sessions, deployment)
    before = dump(engine)
    report = cli.import_services(sessions, deployment)
    assert (report.added, report.updated, report.retired) == ((), (), ())
    assert report.unchanged == len(directory.all())
    assert dump(engine) == before


def test_a_search_in_the_database_chooses_as_the_pure_choice_does(
    directory: Directory, sessions: Sessions
) -> None:
    deployment = load(DEPLOYMENTS, "bradford")
    cli.import_services(sessions, deployment)
    services = directory.all()
    for need in (*list(NEEDS.by_id)[::6], None):
        for where in (place(), place("E07000163", outward="BD23"), place(None), None):
            asked = query(need, place=where)
            assert directory.search(asked) == rank(services, asked, needs=NEEDS)


def test_another_deployment_takes_the_place_of_the_first(
    directory: Directory, sessions: Sessions
) -> None:
    cli.import_services(sessions, load(DEPLOYMENTS, "bradford"))
    cli.import_services(sessions, load(DEPLOYMENTS, "caerwen"))
    active = {found.slug for found in directory.all(status="active")}
    assert "nhs-111-press-2" in active
    assert "first-response-bradford" not in active


def test_a_service_that_has_gone_becomes_inactive_and_comes_back(
    directory: Directory, sessions: Sessions
) -> None:
    both = [service("stays"), service("goes")]
    importer.write(sessions, both, NEEDS, feed="test")
    report = importer.write(sessions, both[:1], NEEDS, feed="test")
    assert report.retired == ("goes",)
    assert directory.get("goes").status == "inactive"
    report = importer.write(sessions, both, NEEDS, feed="test")
    assert report.updated == ("goes",)
    assert directory.get("goes").status == "active"


def test_a_changed_service_is_replaced_whole(directory: Directory, sessions: Sessions) -> None:
    first = service("helper", scopes=("uk", "outward:BD5"))
    importer.write(sessions, [first], NEEDS, feed="test")
    second = replace(first, areas=first.areas[:1], phones=(), name="New name")
    report = importer.write(sessions, [second], NEEDS, feed="test")
    assert report.updated == ("helper",)
    assert directory.get("helper") == second
    assert directory.get(first.id) == second


def test_a_failed_import_leaves_the_directory_as_it_was(
    directory: Directory, sessions: Sessions
) -> None:
    importer.write(sessions, [service("helper")], NEEDS, feed="test")
    unknown = service("broken", needs=("not-a-need",))
    with pytest.raises(Exception, match="(?i)foreign key"):
        importer.write(sessions, [service("other"), unknown], NEEDS, feed="test")
    assert [found.slug for found in directory.all()] == ["helper"]


def test_an_unknown_service_is_not_found(directory: Directory) -> None:
    with pytest.raises(NotFound):
        directory.get("nobody")


def test_the_database_holds_no_blocked_number_and_no_unverified_contact(
    directory: Directory, sessions: Sessions, engine: Engine
) -> None:
    deployment = load(DEPLOYMENTS, "bradford")
    cli.import_services(sessions, deployment)
    assert BlockedNumbers(deployment.blocked).found_within(dump(engine)) == ()
    with sessions() as session:
        unverified = select(ServiceRow).where(ServiceRow.verified.is_(False))
        for row in session.scalars(unverified):
            assert (row.url, row.email, row.opening_hours) == (None, None, None)
            assert row.phones == []


def test_an_export_comes_back_without_loss(
    directory: Directory, sessions: Sessions, tmp_path: Path
) -> None:
    deployment = load(DEPLOYMENTS, "bradford")
    cli.import_services(sessions, deployment)
    before = directory.all()
    path = tmp_path / "directory.json"
    assert cli.export_services(sessions, path, private=True) == 74
    report, records = cli.import_file(sessions, path, deployment, trusted=True)
    assert (report.added, report.updated, report.unchanged) == ((), (), 74)
    assert {record.outcome for record in records} == {"accepted"}
    assert directory.all() == before


def test_a_file_of_others_is_filed_apart_and_shows_no_contact(
    directory: Directory, sessions: Sessions, tmp_path: Path
) -> None:
    deployment = load(DEPLOYMENTS, "bradford")
    cli.import_services(sessions, deployment)
    record = {
        "id": "7d7a1f0e-6b1e-4a58-9d52-2f3f4f0e1d11",
        "name": "Tiny Steps",
        "status": "active",
        "phones": [{"number": "07700 900199"}],
        "attributes": [{"id": "1", "taxonomy_term": {"code": "sleep"}}],
        "schedules": [{"id": "1", "byday": "MO", "opens_at": "10:00", "closes_at": "11:00"}] * 2,
    }
    path = tmp_path / "hub.json"
    path.write_text(json.dumps({"contents": [record, "nonsense"]}))
    report, records = cli.import_file(sessions, path, deployment)
    assert [found.outcome for found in records] == ["repaired", "refused"]
    assert report.retired == ()
    stored = directory.get(record["id"])
    assert (stored.feed, stored.needs) == ("file:hub.json", ("sleep",))
    assert not stored.has_contact


def test_the_check_names_what_staff_must_look_at() -> None:
    report = cli.check_services(load(DEPLOYMENTS, "bradford"), today=date(2026, 11, 25))
    assert (report.services, report.verified) == (74, 51)
    assert len(report.unverified) == 23
    assert "bradford-family-hubs" in report.without_contact
    assert "nspcc-helpline" in report.stale
    assert "samaritans" not in report.stale


def dump(engine: Engine) -> dict[str, list[str]]:
    """Every row of the directory as text, by table."""
    found = {}
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            if table.startswith("directory_"):
                rows = connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
                found[table] = sorted(str(tuple(row)) for row in rows)
    return found
