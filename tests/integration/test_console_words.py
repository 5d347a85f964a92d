"""The register of words: read as parents read it, approved by a person with a name."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from common.clock import SetClock
from common.crypto import Keyring
from conversations import approvals
from tests.fakes.console import Browser, House, house_on, some_words


@pytest.fixture
def house(engine: Engine, keyring: Keyring, clock: SetClock) -> House:
    return house_on(engine, keyring, clock)


@pytest.fixture
def clinician(house: House) -> Browser:
    return house.signed_in(house.staff("clinician", "Joan Ashworth"))


def sha_of(house: House, content_id: str) -> str:
    shelf = house.app.state.services.shelf
    return approvals.hash_of(content_id, shelf.messages["en"], shelf.topics)


def unapproved(house: House) -> list[str]:
    shelf = house.app.state.services.shelf
    with house.sessions() as db:
        return approvals.unapproved(db, shelf.messages["en"], shelf.topics)


def test_a_text_is_shown_as_on_each_channel_with_its_sources(clinician: Browser) -> None:
    page = clinician.get("/words/topic.sleep").text
    assert "Long, any. First Steps" in page
    assert "Long, toddler. First Steps" in page
    assert "Short." in page
    assert "1 part" in page
    assert "Sleep &lt;b&gt;well&lt;/b&gt;" in page
    assert 'href="https://www.nhs.uk/x"' in page
    assert "Reading age" in page
    polish = clinician.get("/words/utter_greet?language=pl").text
    assert polish.count("Hello &lt;b&gt;you&lt;/b&gt;.") == 2


def test_a_clinician_approves_one_after_the_other_until_live_mode_has_what_it_needs(
    house: House, clinician: Browser
) -> None:
    assert unapproved(house) == ["crisis.loss", "topic.sleep"]
    assert "Waits for approval" in clinician.get("/words/crisis.loss").text
    went = []
    for content_id in ("topic.sleep", "crisis.loss"):
        sha256 = sha_of(house, content_id)
        done = clinician.post(f"/words/{content_id}/approve", sha256=sha256)
        went.append(done.headers["location"].split("?")[0])
    assert went == ["/words/crisis.loss", "/words/console.ready.hello"]
    assert unapproved(house) == []
    page = clinician.get("/words/crisis.loss").text
    assert "Joan Ashworth, Clinician" in page
    assert "I approve these words" not in page
    assert house.audited("words.approved")[0].subject_id == "topic.sleep/en"


def test_the_last_one_leads_back_to_the_list(house: House, clinician: Browser) -> None:
    shelf = house.app.state.services.shelf
    sha256 = shelf.messages["pl"]["utter_greet"].hash()
    done = clinician.post("/words/utter_greet/approve", sha256=sha256, language="pl")
    assert done.headers["location"] == "/words?language=pl&done=words_last"
    assert unapproved(house) == ["crisis.loss", "topic.sleep"]


def test_words_that_changed_since_the_page_was_drawn_are_not_approved(
    house: House, clinician: Browser
) -> None:
    seen = sha_of(house, "crisis.loss")
    changed = some_words(**{"crisis.loss": "Other words."})
    house.app.state.services = replace(house.services, shelf=changed)
    refused = clinician.post("/words/crisis.loss/approve", sha256=seen)
    assert refused.status_code == 422
    assert "changed meanwhile" in refused.text
    assert "crisis.loss" in unapproved(house)


def test_a_changed_word_waits_again_and_settles_what_was_wanted(
    house: House, clinician: Browser
) -> None:
    clinician.post("/words/crisis.loss/approve", sha256=sha_of(house, "crisis.loss"))
    house.later(minutes=1)
    worker = house.signed_in(house.staff("engagement_worker", "Amina Khan"))
    worker.post("/words/crisis.loss/ask", wanted="Say it <b>softer</b>.")
    wanted = worker.get("/words?shown=wanted").text
    assert "crisis.loss" in wanted
    assert "Amina Khan: Say it &lt;b&gt;softer&lt;/b&gt;." in wanted
    changed = some_words(**{"crisis.loss": "I am so very sorry."})
    house.app.state.services = replace(house.services, shelf=changed)
    assert "crisis.loss" not in worker.get("/words?shown=wanted").text
    assert "crisis.loss" in worker.get("/words").text
    assert "(earlier words)" in worker.get("/words/crisis.loss").text


def test_a_text_near_its_review_date_is_due(house: House, clinician: Browser) -> None:
    clinician.post("/words/topic.sleep/approve", sha256=sha_of(house, "topic.sleep"))
    assert "topic.sleep" in clinician.get("/words?shown=due").text
    assert "topic.sleep" not in clinician.get("/words?shown=approved").text


def test_who_may_not_approve_can_ask_and_an_empty_wish_is_refused(house: House) -> None:
    worker = house.signed_in(house.staff())
    assert worker.post("/words/crisis.loss/approve", sha256="x").status_code == 403
    refused = worker.post("/words/crisis.loss/ask", wanted="  ")
    assert refused.status_code == 422
    assert "Say what should be changed" in refused.text
    assert worker.get("/words/nothing").status_code == 404
    assert worker.get("/words/crisis.loss?language=pl").status_code == 404
