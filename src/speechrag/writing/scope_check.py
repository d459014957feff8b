"""Does a written sentence speak of no more than its source does: 全省 for 全市, all for some, without the exception?

All texts are folded and ``measured``; words are closed classes of official prose, and what a sentence takes over word
for word goes no further than its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from speechrag.writing.clauses import Aligned, pairs

_WHOLE_UNITS = "[国省市县区镇乡村局厅校厂院州系]"
_WHOLE = re.compile(rf"全(?P<unit>{_WHOLE_UNITS})(?!务|局|体|场|长|策|际|家)")
# 我市, 市里, 本校: the speaker's own unit, of which 全市 says no more.
_OWN = "(?:[我本该整]{unit}|{unit}[里内上委])"
_ALL = re.compile(
    r"全部|所有|一切|全体|统统|无一例外|(?<![大几首不])都(?!市|会[区])|[^平人户日月年周]均(?=[已未能可要应由为有须])|一律|普遍|各个?[省市县区乡镇村]"
)
_SOME = re.compile(
    r"部分|有些|有的|某些|一些|个别|少数|少量|大都|大多|大部|大半|多数|主要是|重点|试点|有条件|基本(?=[完实建解消能上])|几乎|"
    r"未必|不少|许多|一般(?=[是要应])"
)
_RECORD = re.compile(r"历史上|有史以来|史无前例|前所未有|空前|建国以来|新中国成立以来|全国最|世界最|全球最")
_UTMOST = re.compile(r"最为?(?![近后终初早迟晚]|大限度|低限度|高人民|惠国)[\u4e00-\u9fff]")
_RANKED = re.compile(r"最|首|第1|唯一|冠|无比|极|之一|居前|领先|末|倒数|垫底")
_EACH = re.compile(r"各(?P<unit>[省市县区乡镇村州])")
_EXCEPTED = re.compile(
    r"(?<![铲清消排扫解破废根开免拆革剔])除了?(?P<what>[^,，。；;:：]{2,40}?)(?:以外的?|之外的?|(?<=.)外的|(?<=.)外[,，]|[,，])[,，]?(?P<rule>[^,，。；;:：]*)"
)
_EXCEPTING = re.compile(r"除|例外|不在此|不受|不列入|不算|免|另行|不[用需必]|[无勿]需|其他|其余")
_HELD = 3
_CAUSE = re.compile(r"(?:因为|由于|缘于|源于|原因(?:是|在于)|是因)(?P<told>[^,，。；;:：]{4,})")
_NEW_RUN = 3
_FROM_TO = re.compile(
    r"[由从][“《]?(?P<source>[^,，。；;:：”》]{2,12})[”》]?(?:走向|转向|转为|变为|变成|过渡到|过渡为|[提升升降增减]\w?[到至为]|到|向|转变为)"
    r"[“《]?(?P<goal>[^,，。；;:：”》]{2,12})"
)


def reaching_further(aligned: Sequence[Aligned], sentence: str, source: str) -> list[str]:
    """Return the words by which ``sentence`` speaks of more than ``source``; ``aligned`` are its clauses."""
    changed = [each for each in aligned if each.clause.text not in each.best.text]
    return [
        *_wholes(sentence, source),
        *(word for each in changed for word in _widened(each)),
        *(word for each in changed for word in _utmost(each, source)),
        *_each_for_some(sentence, source),
        *_excepted(sentence, source),
        *_reasons(sentence, source),
        *_passages_reversed(sentence, source),
        *_not_so(sentence, source),
        *_term_dropped(sentence, source),
    ]


def _wholes(sentence: str, source: str) -> Iterator[str]:
    """Yield 全省 where the source has 全市 and says 省 of nothing of its own."""
    for match in _WHOLE.finditer(sentence):
        unit = match["unit"]
        others = {other["unit"] for other in _WHOLE.finditer(source)}
        own = re.search(_OWN.format(unit=unit), source)
        if unit not in others and not own and (others or unit not in source):
            yield match.group()
        told = re.escape(sentence[match.end() : match.end() + 3])
        elsewhere = re.search(rf"全(?!{unit}){_WHOLE_UNITS}{told}", source) if len(told) > 2 else None
        if elsewhere and not re.search(f"{unit}{told}", source):
            yield match.group()


def _widened(pair: Aligned) -> Iterator[str]:
    """Yield the word for all where the source's clause has one for some that the sentence leaves out: 都, 有些."""
    said, some = _ALL.search(pair.clause.text), _SOME.findall(pair.best.text)
    if said and some and not _ALL.search(pair.best.text) and not _SOME.search(pair.clause.text):
        yield said.group()


def _utmost(pair: Aligned, source: str) -> Iterator[str]:
    """Yield a superlative that the source does not use there, and the wider field in which the sentence ranks it."""
    for match in _UTMOST.finditer(pair.clause.text):
        if match.group() not in source and not _RANKED.search(pair.window):
            yield match.group()
    for match in _RECORD.finditer(pair.clause.text):
        if match.group() not in source and _UTMOST.search(pair.clause.text):
            yield match.group()


def _each_for_some(sentence: str, source: str) -> Iterator[str]:
    """Yield 各省 where the source counts some: 18个省; 全市12个乡镇 are all of them."""
    for match in _EACH.finditer(sentence):
        counted = re.search(rf"(?<!全[国省市县区])\d+个?{match['unit']}", source)
        if counted and match.group() not in source:
            yield match.group()


def _excepted(sentence: str, source: str) -> Iterator[str]:
    """Yield what the source excepts and the sentence subjects to the rule: 除了甲,都要乙 told as 甲要乙."""
    if _EXCEPTING.search(sentence):
        return
    said = pairs(sentence)
    for match in _EXCEPTED.finditer(source):
        excepted = pairs(match["what"])
        held = len(said & excepted)
        if held >= min(_HELD, len(excepted)) and len(said & pairs(match["rule"])) >= _HELD:
            yield match["what"]


def _reasons(sentence: str, source: str) -> Iterator[str]:
    """Yield the reason of which several characters in a row stand nowhere in the source."""
    known = pairs(source)
    for match in _CAUSE.finditer(sentence):
        if match.group() in source:
            continue
        run = 0
        for at in range(len(match["told"]) - 1):
            pair = match["told"][at : at + 2]
            run = 0 if pair in known or (pair[1] in source and pair[0] in source) else run + 1
            if run >= _NEW_RUN:
                yield match["told"]
                break


def _passages_reversed(sentence: str, source: str) -> Iterator[str]:
    """Yield what the sentence makes the goal and the source the beginning: 由乙走向甲 for 由甲走向乙."""
    for ours in _FROM_TO.finditer(sentence):
        for theirs in _FROM_TO.finditer(source):
            start, goal = pairs(ours["source"]), pairs(ours["goal"])
            begun, reached = pairs(theirs["source"]), pairs(theirs["goal"])
            if len(start & reached) > len(start & begun) and len(goal & begun) > len(goal & reached):
                yield ours.group()


_IS_NOT = re.compile(r"(?<!是)(?:不是|并非|绝非|不等于)(?P<what>[\u4e00-\u9fff]{4})(?![^。；;!！]{0,30}[?？吗])")
_DENIES = re.compile(r"不是|并非|绝非|不等于|非|不算|没有|而不|别|不|无")


def _not_so(sentence: str, source: str) -> Iterator[str]:
    """Yield what the source says is not so and the sentence says is: 是封闭的小圈子 for 不是封闭的小圈子."""
    for match in _IS_NOT.finditer(source):
        what = match["what"]
        at = sentence.find(what)
        if at >= 0 and source.count(what) == 1 and not _DENIES.search(sentence, max(0, at - 8), at):
            yield what


_ALREADY = re.compile(r"已经?(?:基本|全面|初步|如期)?(?P<deed>[\u4e00-\u9fff]{4})")


def _term_dropped(sentence: str, source: str) -> Iterator[str]:
    """Yield the deed that the source sets a year for and the sentence tells as done: 到2035年建成, 已建成."""
    for match in _ALREADY.finditer(sentence):
        term = rf"到\d{{4}}年[^,，。；;]{{0,8}}{match['deed']}"
        if re.search(term, source) and not re.search(r"到\d{4}年", sentence):
            yield match["deed"]
