"""The sample corpus: every form of file is read, nothing is lost, and damage comes out as the clean original."""

from __future__ import annotations

from collections import Counter, defaultdict
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from speechrag.build import build_index
from speechrag.config import Settings
from speechrag.index.opened import open_store
from speechrag.records import BuildReport, Speech
from speechrag.text import fold

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
SET_PHRASES = ("习近平新时代中国特色社会主义思想",)
RUN = 15


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[BuildReport, list[Speech]]:
    index = tmp_path_factory.mktemp("corpus") / "index"
    report = build_index([CORPUS], index, Settings(embedder="hash"))
    return report, list(open_store(index)[1].speeches())


def bare(text: str) -> str:
    """Return the folded text without white space."""
    return "".join(fold(text).split())


def test_every_file_is_read(built: tuple[BuildReport, list[Speech]]) -> None:
    """Text in four encodings, Word, PDF, saved pages, an archive and an anthology: forty speeches and two copies."""
    report, speeches = built
    assert report.skipped == ()
    endings = Counter(Path(s.source.partition("!")[0]).suffix for s in speeches)
    assert {".txt", ".docx", ".pdf", ".html", ".zip"} <= set(endings)
    assert len(speeches) == 42
    assert len({s.family for s in speeches}) == 40


def test_speeches_are_whole_and_structured(built: tuple[BuildReport, list[Speech]]) -> None:
    """Each is a speech of at least 1,500 characters, all but two with headings, and none is left damaged."""
    speeches = built[1]
    assert all(len(s.text) >= 1_500 for s in speeches)
    assert sum(bool(s.sections) for s in speeches) >= 40
    assert len({s.title for s in speeches}) >= 38
    assert not any(s.quality.get("damage") for s in speeches)


def test_damaged_copies_come_out_as_their_originals(built: tuple[BuildReport, list[Speech]]) -> None:
    """Simulated scraping damage is undone to at least 99.9 % of the characters, and the copy joins its family."""
    speeches = {s.source: s for s in built[1]}
    damaged = [s for source, s in speeches.items() if source.startswith("damaged/")]
    assert len(damaged) == 2
    for copy in damaged:
        clean = speeches[copy.source.replace("damaged/", "texts/")]
        left, right = bare(copy.text), bare(clean.text)
        same = sum(block.size for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks())
        assert same / max(len(left), len(right)) >= 0.999, copy.source
        assert copy.family == clean.family == clean.speech_id


def test_no_two_speeches_share_a_long_run(built: tuple[BuildReport, list[Speech]]) -> None:
    """Apart from set phrases and the damaged copies, no run of 15 characters stands in two speeches."""
    holders: dict[str, set[str]] = defaultdict(set)
    for speech in built[1]:
        text = bare(speech.text)
        for phrase in SET_PHRASES:
            text = text.replace(phrase, "\n")
        for start in range(len(text) - RUN + 1):
            run = text[start : start + RUN]
            if "\n" not in run:
                holders[run].add(speech.family)
    shared = {run: families for run, families in holders.items() if len(families) > 1}
    assert shared == {}
