"""Names, numbers, places and safe contact as parents write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.contact import Route, read_code_word, read_route, read_shared, read_time
from referrals.corrections import is_correction, read_command, read_reopened
from referrals.facts import read_facts
from referrals.names import fix_name, read_name, read_role
from referrals.phones import read_email, read_phone, spoken
from referrals.postcodes import read_postcode

TODAY = date(2026, 11, 25)


def test_one_message_fills_all_that_it_says() -> None:
    facts = read_facts(
        "I'm Aisha, my little boy is 9 weeks, BD5 8HL, text me on 07700 900145 but only mornings",
        today=TODAY,
    )

    assert facts.name == "Aisha"
    assert facts.baby is not None
    assert facts.baby.birth_date == date(2026, 9, 23)
    assert facts.postcode == "BD5 8HL"
    assert facts.phone is not None
    assert facts.phone.number == "+447700900145"
    assert facts.route == Route(text=True)
    assert facts.best_time == "only mornings"
    assert facts.problems == ()


@pytest.mark.parametrize(
    ("words", "expecting", "name"),
    [
        ("my name is aisha siddiqui", False, "aisha siddiqui"),
        ("I'm Mohammed Ahmed", False, "Mohammed Ahmed"),
        ("sarah", True, "sarah"),
        ("Zoë O'Brien", True, "Zoë O'Brien"),
        ("آمنہ خان", True, "آمنہ خان"),
        ("Anna-Maria de Souza", True, "Anna-Maria de Souza"),
        ("Aisha, mum", True, "Aisha"),
        ("I'm his nan, Pat Smith", True, "Pat Smith"),
        ("it's Kasia", True, "Kasia"),
        ("im struggling", True, None),
        ("I'm tired", False, None),
        ("I'm not sure", True, None),
        ("mum", True, None),
        ("call me anytime", True, None),
        ("sarah", False, None),
        ("why do you want my name?", True, None),
        ("his name is Zayn", False, None),
        ("born 06/07/26, baby's name is Zayn", True, None),
        ("his name is Zayn and my name is Amna", False, "Amna"),
    ],
)
def test_a_name_is_kept_as_it_is_written(words: str, expecting: bool, name: str | None) -> None:
    assert read_name(words, expecting=expecting) == name


@pytest.mark.parametrize(
    ("name", "words", "fixed"),
    [
        ("Aisha Siddiqua", "sorry, Siddiqui with an i at the end", "Aisha Siddiqui"),
        ("Aisha Siddiqui", "Siddique with an e at the end", "Aisha Siddique"),
        ("Aisha Khan", "its Ayesha not Aisha", "Ayesha Khan"),
        ("Catherine Bell", "Katherine with a K not a C", "Katherine Bell"),
        ("Aisha", "spelt A-Y-E-S-H-A", "Ayesha"),
        ("Aisha Khan", "my number has a 7 at the end", None),
    ],
)
def test_a_spelling_is_corrected(name: str, words: str, fixed: str | None) -> None:
    assert fix_name(name, words) == fixed


@pytest.mark.parametrize(
    ("words", "expecting", "role"),
    [
        ("mum", True, "mother"),
        ("I'm a dad", False, "father"),
        ("I'm the baby's grandad", False, "grandparent"),
        ("I am a health visitor", False, "professional"),
        ("my wife is struggling", False, "partner"),
        ("I want to refer my partner", False, "partner"),
        ("I'm his foster carer", False, "carer"),
        ("I'm 20 weeks pregnant", False, "mother"),
        ("me", True, "parent"),
        ("my midwife told me to write", False, None),
        ("my mum helps a lot", False, None),
        ("my husband checks my phone", False, None),
    ],
)
def test_who_writes_is_read_from_what_they_say_of_themselves(
    words: str, expecting: bool, role: str | None
) -> None:
    assert read_role(words, expecting=expecting) == role


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("07700 900145", "+447700900145"),
        ("0770 090 0145", "+447700900145"),
        ("+44 7700 900145", "+447700900145"),
        ("O7700 9OO145", "+447700900145"),
        ("not 07700 900145, use 07700 900146", "+447700900146"),
        ("+92 300 1234567", "+923001234567"),
        ("01632 960123", "+441632960123"),
    ],
)
def test_a_phone_number_is_read(words: str, number: str) -> None:
    phone = read_phone(words, expecting=True).phone

    assert phone is not None
    assert phone.number == number


@pytest.mark.parametrize(
    ("words", "problem"),
    [("07700 90014", "phone_short"), ("07700 900145 12", "phone_long"), ("mornings", None)],
)
def test_a_wrong_number_is_a_problem_and_no_number(words: str, problem: str | None) -> None:
    reading = read_phone(words, expecting=True)

    assert reading.phone is None
    assert reading.problem == problem


def test_this_number_is_known_as_such() -> None:
    phone = read_phone("this number please", expecting=True).phone

    assert phone is not None
    assert phone.same


def test_a_number_is_spoken_as_it_is_written_here() -> None:
    assert spoken("+447700900145") == "07700 900145"


def test_an_address_for_mail_is_found() -> None:
    assert read_email("mail me at Zara.K@Example.ORG please") == "Zara.K@example.org"


@pytest.mark.parametrize(
    ("words", "expecting", "postcode", "full"),
    [
        ("bd58hl", True, "BD5 8HL", True),
        ("BD5 8HL", False, "BD5 8HL", True),
        ("BD5 OHL", True, "BD5 0HL", True),
        ("I live in LS29", False, "LS29", False),
        ("bd5", True, "BD5", False),
        ("I had 2 babies", True, None, False),
        ("M6 weeks", True, None, False),
    ],
)
def test_a_postcode_is_found(
    words: str, expecting: bool, postcode: str | None, full: bool
) -> None:
    reading = read_postcode(words, expecting=expecting)

    assert (reading.text, reading.full) == (postcode, full)


def test_part_of_a_postcode_is_a_problem() -> None:
    assert read_postcode("BD5 8", expecting=True).problem == "postcode_part"


@pytest.mark.parametrize(
    ("words", "expecting", "time"),
    [
        ("ring me after 2pm on tuesdays", False, "after 2pm on tuesdays"),
        ("mornings", True, "mornings"),
        ("call me between 9 and 11", False, "between 9 and 11"),
        ("any time is fine", True, "any time is fine"),
        ("he cries in the evenings", False, None),
    ],
)
def test_a_time_to_call_is_read(words: str, expecting: bool, time: str | None) -> None:
    assert read_time(words, expecting=expecting) == time


@pytest.mark.parametrize(
    ("words", "route"),
    [
        ("text", Route(text=True)),
        ("both", Route(text=True, call=True)),
        ("text only, no voicemail", Route(text=True, call=False, voicemail=False)),
        ("dont ring me, text", Route(text=True, call=False)),
        ("call, no voicemail", Route(call=True, voicemail=False)),
        ("yes", Route(text=True, call=True)),
        ("call me, you can leave a message", Route(call=True, voicemail=True)),
    ],
)
def test_how_to_reach_her_is_read(words: str, route: Route) -> None:
    assert read_route(words, expecting=True) == route


@pytest.mark.parametrize(
    ("words", "expecting", "shared"),
    [
        ("just me", True, False),
        ("no", True, False),
        ("nobody", True, False),
        ("nobody else sees this phone", False, False),
        ("yes", True, True),
        ("my husband sometimes", True, True),
        ("not sure", True, True),
        ("he reads my messages", False, True),
        ("I use a shared phone", False, True),
        ("hello", False, None),
    ],
)
def test_in_doubt_the_phone_is_seen_by_others(
    words: str, expecting: bool, shared: bool | None
) -> None:
    assert read_shared(words, expecting=expecting) is shared


def test_a_code_word_is_read() -> None:
    assert read_code_word("code word is sunflower", expecting=False) == "sunflower"
    assert read_code_word("sunflower", expecting=True) == "sunflower"
    assert read_code_word("no thanks", expecting=True) is None


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("cancel", "cancel"),
        ("I don't want to do this anymore", "cancel"),
        ("later", "pause"),
        ("skip", "skip"),
        ("go back", "back"),
        ("show my answers", "show"),
        ("what have you got so far?", "show"),
        ("call me instead", "call_me"),
        ("can someone ring me?", "call_me"),
        ("call me on 07700 900111", None),
        ("my baby won't stop crying", None),
        ("I want to stop feeling like this", None),
    ],
)
def test_only_a_whole_message_is_a_command(words: str, command: str | None) -> None:
    assert read_command(words) == command


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("change my number", "phone"),
        ("my postcode is wrong", "postcode"),
        ("change the baby's due date", "baby"),
        ("can I change the best time", "best_time"),
        ("my life has changed", None),
    ],
)
def test_a_field_to_change_is_named(words: str, field: str | None) -> None:
    assert read_reopened(words) == field


@pytest.mark.parametrize("words", ["no its 07700 900146", "sorry, Siddiqui", "actually BD5 8HL"])
def test_taking_back_is_noticed(words: str) -> None:
    assert is_correction(words)


@given(st.text(max_size=300), st.sampled_from(["name", "baby", "phone", "postcode", None]))
def test_no_text_breaks_the_readers(text: str, expecting: str | None) -> None:
    assert read_facts(text, today=TODAY, expecting=expecting) is not None
