"""The screen over JSON lines."""

import io
import json

import pytest

from safety.cli import screen_lines


def test_each_line_gets_its_verdict():
    source = io.StringIO(
        '{"id": "a", "text": "i want to kill myself"}\n\n'
        '{"id": 2, "text": "when do babies smile"}\n'
    )
    out = io.StringIO()
    assert screen_lines(source, out) == 2
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert set(first) == {"id", "tier", "classes", "evidence", "ms"}
    assert (first["id"], first["tier"], first["classes"]) == ("a", "now", ["suicide"])
    assert first["evidence"][0]["words"] == "kill myself"
    assert (second["id"], second["tier"], second["classes"]) == (2, "none", [])


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"id": 1}', '{"text": 3}'])
def test_a_line_of_another_form_is_named(line):
    with pytest.raises(ValueError, match="line 1"):
        screen_lines(io.StringIO(line + "\n"), io.StringIO())
