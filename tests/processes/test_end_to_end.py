"""The main job on each channel, with the real processes, and what staff see of it afterwards."""

import re

import httpx
import pytest

from conversations.tables import Flag
from tests.processes.house import House, run
from tests.processes.ledger import Ledger
from tests.processes.parents import Parents, Phone
from tests.processes.referring import Referring
from tests.processes.staff import Staff

WRONG, RIGHT = "BD5 8HL", "BD4 7SS"


@pytest.fixture
def staff(house: House):
    with Staff(house) as made:
        yield made


@pytest.fixture(params=["web_chat", "sms", "telegram"])
def phone(request: pytest.FixtureRequest, parents: Parents) -> Phone:
    return {
        "web_chat": parents.browser,
        "sms": parents.sms,
        "telegram": parents.telegram,
    }[request.param]()


def conversation_of(ledger: Ledger, phone: Phone) -> str:
    found = ledger.inbound()[-1]
    assert found.channel == phone.channel
    return found.conversation_id


def test_a_parent_is_answered_signposted_and_referred_and_staff_see_it(
    phone: Phone, ledger: Ledger, staff: Staff
):
    hello = phone.ask("hello")
    assert "robot" in hello
    assert ledger.inbound()[-1].intent == "greet"

    answer = phone.ask("i dont feel anything for my baby")
    assert ledger.inbound()[-1].actions == ["action_inform_topic"]
    assert "parents feel this" in answer

    near = phone.ask("where can i find help near BD5 8HL? my baby is 9 weeks old")
    assert ledger.inbound()[-1].intent == "find_support"
    assert "Little Minds Matter" in near
    assert "www." in near

    referring = Referring(phone, correction=f"my postcode is wrong, it is {RIGHT}")
    sent = referring.refer(f"i want to refer myself. my baby is 9 weeks old and i am at {WRONG}")
    reference = re.findall(r"\b[A-Z0-9]{3,4}-[A-Z0-9]{3,4}\b", sent)
    assert reference, sent
    assert WRONG in referring.summaries[0]
    assert len(referring.summaries) == 2
    assert RIGHT in referring.summaries[1]
    assert WRONG not in referring.summaries[1]

    conversation = conversation_of(ledger, phone)
    assert f"/conversations/{conversation}" in staff.page("/inbox")
    transcript = staff.read(f"/conversations/{conversation}")
    for words in ("i dont feel anything for my baby", "Testa Marrow", RIGHT):
        assert words in transcript
    listed = staff.page("/referrals")
    assert reference[0] in listed
    path = re.findall(r'href="(/referrals/[0-9a-f]{32})"[^>]*>[^<]*' + reference[0], listed)
    opened = staff.read(path[0])
    assert RIGHT in opened
    assert WRONG not in opened
    assert "I feel nothing when she smiles at me" in opened
    ledger.assert_whole(ledger.latest())


def test_a_crisis_gets_its_text_and_staff_see_the_flag(phone: Phone, ledger: Ledger, staff: Staff):
    answer = phone.ask("i want to end my life")

    assert "999" in answer
    assert "glad you told me" in answer
    row = ledger.inbound()[-1]
    assert (row.tier, row.outcome) == ("now", "crisis_answered")
    [flag] = ledger.all_of(Flag, Flag.inbound_id == row.id)
    assert flag.classes == ["suicide"]
    assert f"/conversations/{row.conversation_id}" in staff.page("/risk")
    ledger.assert_whole(ledger.latest())


def test_buttons_lead_where_their_words_say(parents: Parents, ledger: Ledger):
    for phone in (parents.telegram(), parents.browser()):
        phone.ask("hello")
        phone.press("Find help near me")
        assert ledger.inbound()[-1].intent == "find_support"
        assert ledger.inbound()[-1].kind == "choice"


def test_a_numbered_choice_is_picked_by_its_number(parents: Parents, ledger: Ledger):
    phone = parents.sms()
    phone.ask("hello")

    phone.ask("2")

    assert ledger.inbound()[-1].intent == "find_support"


@pytest.mark.parametrize("command", [("sms", "--number", "+447700900099"), ("telegram",)])
def test_the_command_line_writes_to_the_assistant_as_a_parent(house: House, command: tuple[str]):
    ended = run(house, "simulate", command[0], "hello", *command[1:])

    assert ended.returncode == 0, ended.stderr
    assert "robot" in ended.stdout


def test_a_monitor_reads_numbers_that_name_nobody(
    house: House, parents: Parents, ledger: Ledger
) -> None:
    parents.sms().ask("hello")
    told = httpx.get(house.metrics, timeout=30, trust_env=False).text
    assert "first1001_up 1.0" in told
    assert "first1001_assistant_up 1.0" in told
    assert re.search(r'first1001_received_lately\{channel="sms"\} [1-9]', told)
    for row in ledger.inbound():
        assert row.conversation_id not in told
    assert "+447700" not in told
