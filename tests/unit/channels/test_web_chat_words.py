import pytest

from channels.web_chat.words import Piece, blocks


def test_blank_lines_part_paragraphs_and_dashes_make_lists() -> None:
    found = blocks("First.\nStill first.\n\nThen:\n- rest\n- eat\nLast.")
    assert [(len(b.lines), len(b.items)) for b in found] == [(2, 0), (1, 0), (0, 2), (1, 0)]
    assert found[2].items[1] == (Piece("eat"),)


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("Call 999.", "tel:999"),
        ("call 111, then", "tel:111"),
        ("Samaritans on 116 123.", "tel:116123"),
        ("0808 2000 247", "tel:08082000247"),
        ("01274 123 456", "tel:01274123456"),
        ("see https://www.nhs.uk/conditions/baby/.", "https://www.nhs.uk/conditions/baby/"),
    ],
)
def test_numbers_and_addresses_become_links(text: str, href: str) -> None:
    [block] = blocks(text)
    assert [p.href for p in block.lines[0] if p.href] == [href]
    assert "".join(p.text for p in block.lines[0]) == text


@pytest.mark.parametrize(
    "text",
    ["1110 grams", "£999", "at 9.111", "javascript:alert(1)", "2024-111-5", "x999 weeks 12111"],
)
def test_other_numbers_stay_text(text: str) -> None:
    [block] = blocks(text)
    assert [p.href for p in block.lines[0] if p.href] == []


def test_words_of_a_parent_get_neither_links_nor_lists() -> None:
    [block] = blocks("- call 999 https://evil.test", links=False)
    assert block.lines == ((Piece("- call 999 https://evil.test"),),)
