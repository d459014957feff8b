"""Are the figures of a written sentence those of its source, counting the same thing, with the same bound and rhythm?

All texts are folded and ``measured``: figures in digits, and the ways to say one measure brought to one.
"""

from __future__ import annotations

import re

from speechrag.text import chinese_number
from speechrag.writing.clauses import align
from speechrag.writing.figure_roles import dates_moved, governing_years, roles_changed, times_moved
from speechrag.writing.figures import FIGURE, canonical, figures, same_measure

# The words around a figure must be found around that figure in the source, so that figures are not swapped.
_MIN_AROUND = 0.25
_AROUND = 45
_CLAUSE_END = re.compile(r"[,，。；;：:!！?？\n]")
_FEW_PAIRS = 4
_TENTHS = re.compile(r"(?<![\d.])(\d(?:\.\d)?)成(?![立为果本员功长绩熟交就都型人品])")
_HALF = re.compile(r"(?<![\d.])(\d+)个半(?=小时|月|钟头)")
# How often, and in which year or half: words that are figures in all but form.
_EVERY = re.compile(
    r"每(?:半年|半个?月|季度?|[年月周天日旬班]|公斤|斤|吨|亩|公顷|公里|里|平方米|立方米|度|人|户|村|次|份|件|台)"
)
_YEAR = re.compile(r"(?:今|去|明|前|后)年(?=[^\d])|[上下]半年")
_AT_LEAST = r"不少于|不低于|不下|至少|起码|最少|超过|多于|高于|大于"
_AT_MOST = r"不超过|不多于|不高于|至多|最多|不足|不到|少于|低于|小于"
_BEFORE = re.compile(rf"(?:(?P<least>{_AT_LEAST})|(?P<most>{_AT_MOST}))[\u4e00-\u9fff]{{0,4}}$")
# What makes a figure of the source no bare one; then a bound may say what it says.
_LOOSE = re.compile(r"[余多几来]|左右|上下|以[上下内外]|之内|不等|至|到|[-—~～]")
_BEHIND = re.compile(r"[\u4e00-\u9fff]{0,3}?(?:(?P<least>以上)|(?P<most>以下|以内|之内))")
_FORBIDS = re.compile(r"不得|不准|不许|不能|严禁|禁止")
# Measure words beyond those of ``figures``: what is counted in one is counted in no other.
_FURTHER_UNIT = re.compile(
    r"学时|课时|人次|公顷|立方米|千瓦|美元|港元|欧元|日元|英镑|公里|华里|票|桶|瓶|枚|度|担|吨|元|岁|亩|里"
)
# One thing among others, as an article: 是一项任务.
_ARTICLE = re.compile(r"(?<=[的是为这])一(?=[项个名位种条件类份家座部场])")
_POINTS_AT_MOST = 20
_POINTS = ("", "个", "条", "点", "项", "方面")
_NEARLY = re.compile(r"(?<![最附远])近$|将近$")
_ROUND_FROM = 10
_BOUND_LEAD = 3
_LISTED = re.compile(r"(?:(?![和及与])[\w“”《》]){1,16}(?:[、和及与](?:(?![和及与])[\w“”《》]){1,16}){1,12}$")


def measured(folded: str) -> str:
    """Return the canonical text with tenths as shares, hours by one word, halves as decimals and articles left out.

    >>> measured("六成，两个半小时，三个钟头，八块")
    '60%，2.5个小时，3个小时，8元'
    """
    text = canonical(_ARTICLE.sub("", folded))
    text = _TENTHS.sub(lambda m: f"{float(m[1]) * 10:g}%", text)
    text = _HALF.sub(lambda m: f"{m[1]}.5个", text)
    return re.sub(r"(?<=\d)(个?)钟头", r"\1小时", re.sub(r"(?<=\d)块(?!地|田|牌|屏|板|石|砖)钱?", "元", text))


def figures_missing(sentence: str, source: str) -> list[str]:
    """Return the figures and rhythms of ``sentence`` that ``source`` does not have in that place; both are measured."""
    years = {year[:-1] for year, governing in governing_years(sentence, source) if year in governing}
    missing = [
        match.group()
        for match in figures(sentence)
        if not (
            _figure_found(match, sentence, source)
            or (match["unit"] == "年" and match["value"] in years)
            or _adds_up(match, sentence)
            or _rounded(match, sentence, source)
        )
        or _exchanged(match, sentence, source)
        or _exchanged_behind(match, sentence, source)
        or _bound_turned(match, sentence, source)
        or _other_unit(match, sentence, source)
    ]
    moved = [*roles_changed(sentence, source), *dates_moved(sentence, source), *times_moved(sentence, source)]
    return missing + moved + _rhythms_missing(sentence, source)


def _figure_found(figure: re.Match[str], sentence: str, source: str) -> bool:
    """Tell whether the source has this figure, of this measure, among some of the same words; both are canonical."""
    around = _around(figure, sentence)
    for match in re.finditer(rf"(?<![\d.]){re.escape(figure['value'])}(?!\d|\.\d)", source):
        if not _same_kind(figure, source, match):
            continue
        if _among(around, source, match):
            return True
    return _taken_over(figure, sentence, source) or _ordinal_of_a_point(figure, source)


def _taken_over(figure: re.Match[str], sentence: str, source: str) -> bool:
    """Tell whether the figure stands in the source with its measure and the same character before: 分6批."""
    counted = sentence[max(0, figure.start() - 1) : figure.end() + (not figure["unit"])]
    return bool(re.fullmatch(r"[\u4e00-\u9fff]\d.*[\u4e00-\u9fff]", counted)) and counted in source


def _ordinal_of_a_point(figure: re.Match[str], source: str) -> bool:
    """Tell whether the ordinal is that of a point of the source: 第一 for 一是, 首先."""
    counts = figure["value"].isdigit() and 0 < int(figure["value"]) <= _POINTS_AT_MOST
    if not figure["ordinal"] or (figure["unit"] or "") not in _POINTS or not counts:
        return False
    point = chinese_number(int(figure["value"]))
    first = "|首先|首要" if point == "一" else ""
    return bool(re.search(rf"第{figure['value']}[,、:要是]|(?<!\w){point}[是要]{first}", source))


def _among(around: set[str], source: str, match: re.Match[str]) -> bool:
    """Tell whether enough of the pairs ``around`` our figure stand around theirs."""
    start = max(source.rfind(stop, 0, match.start()) for stop in "。!?\n") + 1
    end = min((at for stop in "。!?\n" if (at := source.find(stop, match.end())) >= 0), default=len(source))
    near = source[max(0, min(start, match.start() - _AROUND)) : max(end, match.end() + _AROUND)]
    return not around or len(around & _pairs(near)) >= _MIN_AROUND * len(around)


def _around(figure: re.Match[str], sentence: str) -> set[str]:
    """Return the pairs of characters near the figure: those of its clause, of its neighbours too where it has few."""
    before, after = sentence[max(0, figure.start() - 14) : figure.start()], sentence[figure.end() : figure.end() + 14]
    clause = _pairs(_CLAUSE_END.split(before)[-1]) | _pairs(_CLAUSE_END.split(after)[0])
    return clause if len(clause) >= _FEW_PAIRS else _pairs(before) | _pairs(after)


def _same_kind(figure: re.Match[str], source: str, match: re.Match[str]) -> bool:
    """Tell whether the source counts the same there: a share, an ordinal, a measure word that may stand for ours."""
    other = FIGURE.match(source, match.start())
    if other is None:
        return False
    if (figure["share"] or "") != (other["share"] or ""):
        return not other["share"] and not other["unit"] and _share_goes_on(source, match.start())
    if figure["ordinal"] and source[match.start() - 1 : match.start()] != "第":
        return False
    return same_measure(figure["unit"] or "", other["unit"] or "")


def _exchanged(figure: re.Match[str], sentence: str, source: str) -> bool:
    """Tell whether the words right before the figure stand in the source before other figures only.

    That is how two figures of one passage are exchanged: both are there, each beside the other's words.
    """
    before = re.sub(r"[的了]$", "", sentence[: figure.start()])
    lead = re.search(r"[\u4e00-\u9fff][》”]?[\u4e00-\u9fff》”]{2,5}$", before)
    if not lead or not re.search(r"[\u4e00-\u9fff]{2}", lead[0]):
        return False
    words = lead[0][-4:]
    beside = [m["value"] for m in re.finditer(rf"{re.escape(words)}[的了]?(?P<value>\d+(?:\.\d+)?)", source)]
    return bool(beside) and figure["value"] not in beside


def _exchanged_behind(figure: re.Match[str], sentence: str, source: str) -> bool:
    """Tell whether the words right behind the figure stand in the source behind other figures of this measure only."""
    counted = re.match(r"(?!以[上下内]|左右|之|的)[\u4e00-\u9fff]{4}", sentence[figure.end() :])
    if not counted or not figure["unit"] or _rounded(figure, sentence, source):
        return False
    others = [
        other["value"] for other in figures(source) if other["unit"] and source.startswith(counted[0], other.end())
    ]
    return bool(others) and figure["value"] not in others and source.count(counted[0]) == len(others)


def _other_unit(figure: re.Match[str], sentence: str, source: str) -> bool:
    """Tell whether the source counts this figure in another measure of the further ones: 学时 for 人次."""
    ours = _FURTHER_UNIT.match(sentence, figure.end("value"))
    if not ours:
        return False
    found = [
        _FURTHER_UNIT.match(source, other.end("value"))
        for other in figures(source)
        if other["value"] == figure["value"]
    ]
    return bool(found) and all(unit is not None and unit.group() != ours.group() for unit in found)


def _share_goes_on(source: str, at: int) -> bool:
    """Tell whether the figure without a unit at ``at`` is counted like the share before it: 占6%，市里的平均数是18."""
    before = [m for m in FIGURE.finditer(source, max(0, at - _AROUND), at) if m["share"] or m["unit"]]
    return bool(before) and bool(before[-1]["share"])


def _adds_up(figure: re.Match[str], sentence: str) -> bool:
    """Tell whether the figure only counts what the sentence lists right before it: 收入、支出和结余三项."""
    listed = _LISTED.search(sentence[: figure.start()])
    return bool(listed) and len(re.findall(r"[、和及与]", listed[0] if listed else "")) + 1 == float(figure["value"])


def _rounded(figure: re.Match[str], sentence: str, source: str) -> bool:
    """Tell whether the figure is a rounded one of the source's: 一百多 for 120, 近300 for 287; of the same measure."""
    value = float(figure["value"])
    more = figure["more"] and figure["more"] in "余多"
    near = _NEARLY.search(sentence, max(0, figure.start() - 2), figure.start())
    if not (more or near) or value < _ROUND_FROM:
        return False
    step = 10 ** (len(figure["value"].partition(".")[0]) - len(figure["value"].partition(".")[0].rstrip("0")))
    low, high = (value, value + max(step, 1)) if more else (value - max(step, 1), value)
    around = _around(figure, sentence)
    return any(
        low <= float(other["value"]) <= high
        and figure["share"] == other["share"]
        and same_measure(figure["unit"] or "", other["unit"] or "")
        and _among(around, source, other)
        for other in figures(source)
    )


def _limit(text: str, figure: re.Match[str]) -> str:
    """Return "least" or "most" where the figure is a bound, "" where it is none; a ban turns it round: 不得超过."""
    before = _BEFORE.search(text, max(0, figure.start() - 9), figure.start())
    bound = before or _BEHIND.match(text, figure.end())
    if bound is None:
        return ""
    clause = _CLAUSE_END.split(text[: figure.start()])[-1]
    turned = bool(_FORBIDS.search(clause))
    return "least" if bool(bound["least"]) != turned else "most"


def _bound_turned(figure: re.Match[str], sentence: str, source: str) -> bool:
    """Tell whether a lower bound became an upper one or the other way round, wherever the source has the figure.

    So did a bound that was put to a figure told as it is, in the same words: 加固了37公里, 加固了超过37公里.
    """
    ours = _limit(sentence, figure)
    theirs = {
        _limit(source, other)
        for other in figures(source)
        if other["value"] == figure["value"] and same_measure(figure["unit"] or "", other["unit"] or "")
    }
    if not ours or not theirs:
        return False
    return ours not in theirs if "" not in theirs else _bound_added(figure, sentence, source)


def _bound_added(figure: re.Match[str], sentence: str, source: str) -> bool:
    """Tell whether the source has the figure without its bound behind the same words, and nothing loose beside it."""
    bound = _BEFORE.search(sentence, max(0, figure.start() - 9), figure.start())
    lead = sentence[: bound.start() if bound else figure.start()][-_BOUND_LEAD:]
    bare = re.compile(rf"{re.escape(lead)}{re.escape(figure['value'])}(?![\d.])(?P<behind>.{{0,4}})")
    found = list(bare.finditer(source)) if re.fullmatch(rf"[\u4e00-\u9fff]{{{_BOUND_LEAD}}}", lead) else []
    return bool(found) and not any(_LOOSE.search(match["behind"]) for match in found)


def _rhythms_missing(sentence: str, source: str) -> list[str]:
    """Return 每周 where the source's clause has 每月, and 今年 where all of the source has only 去年."""
    missing = [word for word in _YEAR.findall(sentence) if word not in source and _YEAR.search(source)]
    for aligned in align(sentence, source):
        found = _EVERY.findall(aligned.clause.text)
        missing += [word for word in found if word not in aligned.window and _EVERY.search(aligned.window)]
    return missing


def _pairs(text: str) -> set[str]:
    bare = re.sub(r"[^\w]", "", text)
    return {bare[i : i + 2] for i in range(len(bare) - 1)}
