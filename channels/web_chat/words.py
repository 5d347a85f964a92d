"""Cuts plain text into paragraphs, lists and links for the page; pure, and trusts no word."""

import re
from dataclasses import dataclass
from typing import Final

# Only what a phone can call or a browser can open; everything else stays text.
_LINK: Final = re.compile(
    r"(?P<url>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])"
    r"|(?P<phone>(?<![\w£.,-])"
    r"(?:999|111|112|116 ?123|18000|0\d{2,4}(?:[ -]?\d{3,4}){2,3})"
    r"(?![\d.,-]*\d))"
)


@dataclass(frozen=True)
class Piece:
    """A run of text, perhaps a link."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class Block:
    """A paragraph, or a list where `items` is not empty; each line is a run of pieces."""

    lines: tuple[tuple[Piece, ...], ...] = ()
    items: tuple[tuple[Piece, ...], ...] = ()


def blocks(text: str, *, links: bool = True) -> list[Block]:
    """The blocks of a text: blank lines part paragraphs, "- " begins a list item.

    Args:
        text: plain text.
        links: whether addresses and phone numbers become links; not in what a parent wrote.
    """
    found: list[Block] = []
    run: list[str] = []
    listing = False

    def flush() -> None:
        if run:
            pieces = tuple(_pieces(line, links=links) for line in run)
            found.append(Block(items=pieces) if listing else Block(lines=pieces))
            run.clear()

    for raw in text.replace("\r\n", "\n").split("\n"):
        line = raw.strip()
        is_item = links and line.startswith("- ")
        if not line or is_item != listing:
            flush()
        listing = is_item
        if line:
            run.append(line[2:].strip() if is_item else line)
    flush()
    return found


def _pieces(line: str, *, links: bool) -> tuple[Piece, ...]:
    if not links:
        return (Piece(line),)
    pieces, at = [], 0
    for match in _LINK.finditer(line):
        if match.start() > at:
            pieces.append(Piece(line[at : match.start()]))
        text = match.group()
        href = text if match["url"] else "tel:" + re.sub(r"\D", "", text)
        pieces.append(Piece(text, href))
        at = match.end()
    if at < len(line) or not pieces:
        pieces.append(Piece(line[at:]))
    return tuple(pieces)
