"""From outline to draft: alternatives, writing out, changes that can be undone, and the file it is kept in."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outline_corpus import Corpus, speeches

from speechrag.config import Settings
from speechrag.errors import GenerationError, UsageError
from speechrag.records import Outline, OutlinePoint
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines import draft as drafts
from speechrag.writing.outlines.compose import told
from speechrag.writing.outlines.copying import copied, rewarned
from speechrag.writing.outlines.differences import differences
from speechrag.writing.outlines.draft import Draft, point_at
from speechrag.writing.outlines.expand import expand
from speechrag.writing.outlines.saved import open_draft, save_draft

BRIEF = "县委宣传部部长在全县网络与信息安全工作会议上的讲话，对象是各单位分管领导"
FOREIGN = ("柳河", "清溪", "周明远", "31", "42", "十七大", "2011", "柳河日报")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(speeches())


@pytest.fixture(scope="module")
def draft(corpus: Corpus) -> Draft:
    return Draft(draft_outline(BRIEF, retrieve=corpus.retrieve, speech=corpus.speech))


def leaf_paths(outline: Outline) -> list[tuple[int, int]]:
    return [(i, j) for i, point in enumerate(outline.points) for j in range(len(point.points))]


def with_alternatives(draft: Draft) -> tuple[int, int]:
    """Return the path of a sub-point that regenerating can change."""
    for path in leaf_paths(draft.outline):
        try:
            drafts.regenerate(draft, path)
        except UsageError:
            continue
        return path
    raise AssertionError("no sub-point has another candidate")


def with_quotes(outline: Outline, path: tuple[int, int]) -> tuple[OutlinePoint, list[str]]:
    """Return a point and the words it cites, without the numbers that these have in the whole."""
    point = point_at(outline, path)
    quotes = {citation.number: citation.quote for citation in outline.citations}
    return replace(point, citations=()), [quotes[number] for number in point.citations]


def cites_hold(outline: Outline, corpus: Corpus) -> bool:
    """Tell whether citations are verbatim, numbered from 1 in order, and every number used is listed."""
    verbatim = all(corpus.speech(c.speech_id).text[c.start : c.end] == c.quote for c in outline.citations)
    used = {n for path in leaf_paths(outline) for n in point_at(outline, path).citations}
    return verbatim and used <= {c.number for c in outline.citations}


def test_points_tell_how_common_they_are_and_what_else_could_stand(corpus: Corpus, draft: Draft) -> None:
    """Every leaf occurs in at least one family; alternatives are real, verbatim and differ from the heading."""
    points = [point_at(draft.outline, path) for path in leaf_paths(draft.outline)]
    assert all(point.frequency >= 1 for point in points)
    offered = [(point, other) for point in points for other in point.alternatives]
    assert offered
    for point, other in offered:
        assert other.heading != point.heading
        assert other.citations
        for c in other.citations:
            assert corpus.speech(c.speech_id).text[c.start : c.end] == c.quote


def test_writing_out_stitches_sentences_of_the_sources(corpus: Corpus, draft: Draft) -> None:
    """Each written leaf begins with what the outline said, is longer somewhere, and cites every paragraph."""
    written = expand(draft, (), corpus.speech).outline
    grown = 0
    for path in leaf_paths(draft.outline):
        before, after = point_at(draft.outline, path), point_at(written, path)
        assert told(after).startswith(before.text)
        assert all(paragraph.citations for paragraph in after.paragraphs)
        grown += len(told(after)) > len(before.text)
    assert grown
    assert cites_hold(written, corpus)


def test_written_out_text_leaks_no_foreign_fact(corpus: Corpus, draft: Draft) -> None:
    """Names, places, numbers and years of the sources stand nowhere in the draft."""
    written = expand(draft, (), corpus.speech).outline
    text = "\n".join(told(point_at(written, path)) for path in leaf_paths(written))
    assert not [fact for fact in FOREIGN if fact in text]


def test_no_sentence_is_said_twice(corpus: Corpus, draft: Draft) -> None:
    """What one point says, no other says again."""
    written = expand(draft, (), corpus.speech).outline
    sentences = [s for path in leaf_paths(written) for s in told(point_at(written, path)).split("。") if len(s) > 12]
    assert len(sentences) == len(set(sentences))


def test_the_length_of_the_brief_bounds_the_draft(corpus: Corpus) -> None:
    """A short speech gets shorter points than a long one."""
    sizes = []
    for length in ("1500字", "8000字"):
        outline = draft_outline(f"{BRIEF}，{length}", retrieve=corpus.retrieve, speech=corpus.speech)
        written = expand(Draft(outline), (), corpus.speech).outline
        sizes.append(max(len(told(point_at(written, path))) for path in leaf_paths(written)))
    assert sizes[0] <= sizes[1]


def test_regenerating_takes_the_next_candidate_and_is_deterministic(corpus: Corpus, draft: Draft) -> None:
    """The same turns give the same point; the old wording stays on offer; citations hold."""
    path = with_alternatives(draft)
    one, two = drafts.regenerate(draft, path), drafts.regenerate(draft, path)
    assert one == two
    old, new = point_at(draft.outline, path), point_at(one.outline, path)
    assert (new.heading, new.turn) != (old.heading, old.turn)
    assert old.heading in {other.heading for other in new.alternatives}
    assert cites_hold(one.outline, corpus)


def test_a_locked_point_is_not_touched(corpus: Corpus, draft: Draft) -> None:
    """Locked points refuse to be regenerated, removed or compressed, and writing out passes them over."""
    path = with_alternatives(draft)
    locked = drafts.lock(draft, path)
    for change in (drafts.regenerate, drafts.remove, drafts.compress):
        with pytest.raises(UsageError, match="已锁定"):
            change(locked, path)
    assert not point_at(expand(locked, (), corpus.speech).outline, path).paragraphs
    deep = drafts.regenerate(locked, path[:1], deep=True)
    assert with_quotes(deep.outline, path) == with_quotes(locked.outline, path)


def test_moving_keeps_every_point(draft: Draft) -> None:
    """A moved part stands at its new place with its sub-points; nothing else changes but numbers."""
    moved = drafts.move(draft, (0,), 1).outline
    assert [p.heading for p in moved.points[:2]] == [p.heading for p in draft.outline.points[1::-1]]
    assert sorted(p.heading for p in moved.points) == sorted(p.heading for p in draft.outline.points)
    with pytest.raises(UsageError, match="只能移到"):
        drafts.move(draft, (0,), 99)


def test_compressing_keeps_whole_sentences_only(corpus: Corpus, draft: Draft) -> None:
    """The shorter text is made of sentences of the longer one, in their order."""
    written = expand(draft, (), corpus.speech)
    path = max(leaf_paths(written.outline), key=lambda p: len(told(point_at(written.outline, p))))
    before = told(point_at(written.outline, path))
    after = told(point_at(drafts.compress(written, path).outline, path))
    assert 0 < len(after) < len(before)
    assert all(sentence in before for sentence in after.split("。"))


def test_every_change_can_be_undone_and_made_again(corpus: Corpus, draft: Draft) -> None:
    """Undo restores the very outline before; redo the one after; at the ends both refuse."""
    path = with_alternatives(draft)
    states = [draft]
    for change in (
        lambda d: drafts.lock(d, (0,)),
        lambda d: drafts.regenerate(d, path),
        lambda d: drafts.move(d, (0,), 1),
        lambda d: expand(d, (), corpus.speech),
        lambda d: drafts.remove(d, (1, 0)),
    ):
        states.append(change(states[-1]))
    present = states[-1]
    for state in reversed(states[:-1]):
        present = drafts.undo(present)
        assert present.outline == state.outline
    with pytest.raises(UsageError, match="撤销"):
        drafts.undo(present)
    for state in states[1:]:
        present = drafts.redo(present)
        assert present.outline == state.outline
    with pytest.raises(UsageError, match="恢复"):
        drafts.redo(present)


def test_differences_name_the_place_and_both_wordings(draft: Draft) -> None:
    """A changed point, a removed one and a moved one are each told; equal versions have none."""
    path = with_alternatives(draft)
    changed = drafts.regenerate(draft, path)
    assert differences(draft.outline, draft.outline) == ()
    (difference,) = differences(draft.outline, changed.outline)
    assert point_at(draft.outline, path).heading in difference.before
    assert point_at(changed.outline, path).heading in difference.after
    removed = drafts.remove(draft, (0, 0))
    gone = differences(draft.outline, removed.outline)
    assert any(not d.after and point_at(draft.outline, (0, 0)).heading in d.before for d in gone)
    assert any("原为" in d.where for d in differences(draft.outline, drafts.move(draft, (0,), 1).outline))


@given(st.lists(st.integers(-2, 9), max_size=4))
def test_a_path_that_leads_nowhere_is_refused(path: list[int]) -> None:
    """No path makes another error than the one that says so."""
    outline = Outline("", (), "", "", (OutlinePoint("甲", 1, "task", "", ()),), "")
    if path != [0]:
        with pytest.raises(UsageError, match="没有这一处"):
            point_at(outline, path)


# ---------------------------------------------------------------------------------------------------------------- #
# The file


def test_a_saved_draft_opens_as_it_was(corpus: Corpus, draft: Draft) -> None:
    """History, alternatives, locks and paragraphs survive the file."""
    edited = drafts.lock(expand(draft, (), corpus.speech), (0,))
    opened = open_draft(save_draft(edited))
    assert opened == replace(edited, outline=replace(edited.outline, plan=dict(edited.outline.plan)))
    assert save_draft(opened) == save_draft(edited)


def broken(draft: Draft, change: Any) -> bytes:
    body = json.loads(save_draft(draft))
    change(body)
    return json.dumps(body, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda b: b.update(format="x"), "不是本程序存的草稿"),
        (lambda b: b.update(version=99), "第99版"),
        (lambda b: b.update(draft=[]), "draft 应当是一组键值"),
        (lambda b: b["draft"].update(extra=1), "不认识的项“extra”"),
        (lambda b: b["draft"]["outline"].pop("brief"), "缺少“brief”"),
        (lambda b: b["draft"]["outline"].update(brief=7), "brief 应当是文字"),
        (lambda b: b["draft"]["outline"]["points"][0].update(level=True), "level 应当是整数"),
        (lambda b: b["draft"]["outline"]["points"][0].update(level=3), "层级是3"),
        (lambda b: b["draft"]["outline"]["points"][0].update(citations=[999]), r"不存在的来源\[999\]"),
        (lambda b: b["draft"]["outline"].update(citations={}), "citations 应当是列表"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_place(draft: Draft, change: Any, says: str) -> None:
    """The error names the file and what was expected where."""
    with pytest.raises(UsageError, match=says) as caught:
        open_draft(broken(draft, change), "稿.json")
    assert str(caught.value).startswith("稿.json：")


@given(st.binary(max_size=60))
def test_no_bytes_make_another_error(data: bytes) -> None:
    """Whatever the file holds, it is refused with one sentence."""
    with pytest.raises(UsageError):
        open_draft(data)


def test_half_a_file_is_refused(draft: Draft) -> None:
    """A file cut off in the middle is no draft; deep nesting neither."""
    data = save_draft(draft)
    for bad in (data[: len(data) // 2], b"[" * 100_000):
        with pytest.raises(UsageError, match="JSON"):
            open_draft(bad)


# ---------------------------------------------------------------------------------------------------------------- #
# Copying, and an LLM's words


def test_the_meter_finds_the_longest_run_and_its_place(corpus: Corpus, draft: Draft) -> None:
    """A paragraph pasted from a source is told with the length of the run and the place; slots break a run."""
    source = corpus.speech(draft.outline.citations[0].speech_id)
    pasted = source.text[40:140].replace("\n", "")
    outline = drafts.with_point(draft.outline, (0, 0), replace(point_at(draft.outline, (0, 0)), text=pasted))
    row = next(row for row in copied(outline, corpus.speech) if row.title == source.title)
    assert row.where == "一、（一）"
    assert 60 < row.run <= len(pasted)
    assert any(w.kind == "copied" and w.where == "一、（一）" for w in rewarned(outline, corpus.speech).warnings)


class Writes:
    """A model that writes what it is told to."""

    prompts: Path = Settings().prompts_dir()

    def __init__(self, text: str, fault: str = "") -> None:
        self._text, self._fault = text, fault

    def generate(self, system: str, user: str) -> str:
        if self._fault:
            raise GenerationError(self._fault)
        return self._text


def test_what_a_model_adds_is_struck_out(corpus: Corpus, draft: Draft) -> None:
    """A sentence without support, a foreign number and an unknown source never reach the draft."""
    path = next(p for p in leaf_paths(draft.outline) if "应急预案" in told(point_at(draft.outline, p)))
    said = point_at(draft.outline, path).text.rstrip("。")
    model = Writes(f"{said}[1]。全县已建成信息安全中心38个[1]。要种好粮食[1]。请访问网站[9]。")
    point = point_at(expand(draft, path, corpus.speech, model).outline, path)
    assert told(point) == f"{said}。"
    assert point.paragraphs[0].written


@pytest.mark.parametrize("model", [Writes("", "连接不上"), Writes("胡编乱造的一句话[1]。")])
def test_where_the_model_fails_the_extract_stands(corpus: Corpus, draft: Draft, model: Writes) -> None:
    """The draft is that without a model, with a note."""
    path = leaf_paths(draft.outline)[0]
    without, with_model = expand(draft, path, corpus.speech), expand(draft, path, corpus.speech, model)
    assert point_at(with_model.outline, path) == point_at(without.outline, path)
    assert any("大模型" in note for note in with_model.outline.notes)


STEPS: dict[str, Callable[[Draft, tuple[int, int]], Draft]] = {
    "regenerate": drafts.regenerate,
    "move": lambda draft, path: drafts.move(draft, path[:1], 0),
    "compress": drafts.compress,
    "lock": drafts.lock,
    "remove": drafts.remove,
    "undo": lambda draft, _: drafts.undo(draft),
}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=8))
def test_any_sequence_of_changes_keeps_citations_and_file_whole(steps: list[str]) -> None:
    """After any changes citations are verbatim, numbers are listed, slots agree with the text, and the file opens."""
    corpus = Corpus(speeches())
    present = Draft(draft_outline(BRIEF, retrieve=corpus.retrieve, speech=corpus.speech))
    for number, step in enumerate(steps):
        path = (number % max(len(present.outline.points), 1), 0)
        with suppress(UsageError):
            present = STEPS[step](present, path)
    assert cites_hold(present.outline, corpus)
    assert asdict(open_draft(save_draft(present)).outline) == asdict(present.outline)
    written = "\n".join(told(point_at(present.outline, path)) for path in leaf_paths(present.outline))
    assert all(slot.text in written for slot in present.outline.slots if slot.where not in {"开头", "结尾"})
