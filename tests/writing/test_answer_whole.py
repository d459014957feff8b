"""Questions whose answer is a whole: all reasons, all shortcomings, all points under the heading that says it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from speechrag.records import Answer, Hit, Passage, Query, Section, Speech
from speechrag.text import fold, segmenter
from speechrag.writing.answer_spans import section_spans
from speechrag.writing.asking import Asking
from speechrag.writing.questions import analyse
from speechrag.writing.suggestions import candidates

TEXT = (
    "同志们：这次会议专门研究护林工作。\n"
    "一、充分认识护林工作的意义\n"
    "第一，护林工作是保住水源的迫切需要。山上有树，山下有水。第二，护林工作是农民增收的重要渠道。"
    "第三，护林工作是防住山火的基本保证。\n"
    "二、正视护林工作的差距\n"
    "我们要认真解决护林工作存在的问题，一是加强领导；二是加大投入。从检查看，护林工作还存在不少问题。"
    "有的村护林员名单两年没有更新；有的站巡山记录是在屋里编的；还有的乡镇消防水池漏水没人修。\n"
    "三、压紧护林责任\n"
    "一要书记亲自抓，每月上山一次。二要网格到人，一片林子一个名字。三要奖罚分明，漏报火情的当年不得评优。\n"
)
HEADINGS = ("充分认识护林工作的意义", "正视护林工作的差距", "压紧护林责任")
STARTS = [TEXT.index(label) for label in ("一、充分", "二、正视", "三、压紧")]
SPEECH = Speech(
    "s1",
    "d1",
    "护林.txt",
    1,
    "在全县护林工作会议上的讲话",
    TEXT,
    0,
    len(TEXT),
    tuple(
        Section(heading, 1, start, stop, f"{'一二三'[place]}、")
        for place, (heading, start, stop) in enumerate(zip(HEADINGS, STARTS, [*STARTS[1:], len(TEXT)], strict=True))
    ),
)


def retrieve(query: Query) -> Sequence[Hit]:
    """Return the sections of the speech in their order."""
    sections = [
        Passage(f"s1.{n}", "s1", (f"{s.label}{s.heading}",), TEXT[s.start : s.end], s.start, s.end)
        for n, s in enumerate(SPEECH.sections)
    ]
    return [Hit(n, 1 / n, p, SPEECH.source, SPEECH.title, p.text) for n, p in enumerate(sections, 1)]


def frequency(term: str) -> float:
    """Return how common a word is among many other speeches."""
    if term in {"工作", "问题", "责任", "重视"}:
        return 0.3
    return 0.02 if term in fold(TEXT) else 0.0


def ask(question: str) -> Answer:
    return Asking(
        retrieve=retrieve,
        speech=lambda key: SPEECH,
        document_frequency=frequency,
        segmenter=segmenter("jieba"),
    ).ask(question)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("为什么要重视护林工作", ["保住水源", "农民增收", "防住山火"]),
        ("护林工作存在哪些问题", ["名单两年没有更新", "在屋里编的", "水池漏水"]),
        ("怎样压紧护林责任", ["书记亲自抓", "网格到人", "奖罚分明"]),
    ],
)
def test_all_points_are_quoted_in_their_order(question: str, held: list[str]) -> None:
    """Nothing is left out, nothing changed, and the order is that of the speech."""
    answer = ask(question)
    assert answer.supported
    places = [answer.text.find(point) for point in held]
    assert -1 not in places and places == sorted(places)
    assert all(TEXT[c.start : c.end] == c.quote for c in answer.citations)


def test_the_remedy_is_not_a_shortcoming() -> None:
    """What is to be done about the problems is not among them."""
    assert "加大投入" not in ask("护林工作存在哪些问题").text


def test_suggested_questions_name_what_is_done_and_of_what() -> None:
    """A heading of an act becomes a question after its way; none steers the listener only."""
    offered = [further.question for further in candidates(ask("为什么要重视护林工作"), lambda key: SPEECH)]
    assert "怎样压紧护林责任" in offered


def test_a_section_that_is_asked_for_is_quoted_whole() -> None:
    """Without marks that tell points apart, the sentences under the heading are the points."""
    text = "一、立巡山的规矩\n每天上山一趟。带水带工具。不准抽烟。\n二、立用火的规矩\n清明前后林区禁火。上坟改献花。\n"
    second = text.index("二、")
    sections = (Section("立巡山的规矩", 1, 0, second, "一、"), Section("立用火的规矩", 1, second, len(text), "二、"))
    other = Speech("s2", "d2", "规矩.txt", 1, "护林讲话", text, 0, len(text), sections)
    asked = analyse("用火有哪些规定", segmenter("jieba"), lambda term: 0.02)
    spans = section_spans(asked, other, (text.index("清明"), text.index("上坟")))
    assert [text[a:b] for a, b in spans] == ["二、立用火的规矩", "清明前后林区禁火。", "上坟改献花。"]
    assert section_spans(asked, other, (text.index("每天"), text.index("带水"))) == ()
