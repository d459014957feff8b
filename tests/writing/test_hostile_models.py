"""Hostile text of a language model, from its bytes to what is shown, takes time in line with its length."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from speechrag.writing.answer_generated import plain
from speechrag.writing.check import cited_sentences

SIZE = 8_000  # what is taken of an answer
UNITS = {
    "full stops": "。",
    "quoted stops": "。”",
    "brackets": "[",
    "images": "![",
    "half links": "[](",
    "links": "[水](a)",
    "tags": "<b",
    "marks": "[1]",
    "open marks": "[1,",
    "thoughts": "<think>",
    "addresses": "http://",
    "blanks": "。 ",
    "entities": "&amp;",
    "digits": "1",
}


def _spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_reading_what_a_model_wrote_never_runs_away(unit: str) -> None:
    """The longest text that is taken is read in a moment, whatever it repeats."""
    text = (unit * SIZE)[:SIZE]
    assert _spent(lambda: cited_sentences(plain(text), range(1, 9))) < 0.2


def test_links_within_links_leave_their_words() -> None:
    """However deep: no bracket of a link is left, no address."""
    assert plain("[" * 50 + "水利" + "](b)" * 50) == "水利"
    assert plain("见[水利](http://a.example)和![图](http://b.example/x)。") == "见水利和图。"
