"""The report as one HTML page that needs nothing beside itself: no script, no font, no picture, no network.

Everything from a document passes through ``shown``, so markup in a text is text, and characters that cannot be seen
are named.
"""

from __future__ import annotations

import html
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from speechrag.index.store import (
    COPY,
    CORRECTIONS,
    METADATA_FROM,
    METADATA_KEYS,
    PART_SKIPPED,
    SKIPPED,
    TAKEN_IN,
    LedgerEntry,
)
from speechrag.interfaces.reasons import told
from speechrag.interfaces.report import SPEECHES, UNKNOWN, DocumentReport, Example, Report, RuleReport
from speechrag.interfaces.report_style import STYLE
from speechrag.interfaces.views import LABELS
from speechrag.records import Speech

FILES = 200  # shown in full: those with most to look at
LINES = 2_000  # of a list of files
SNIPPET = 90  # characters of a change
FAMILIES = 100
PARTS = 50  # left out of one file that are listed
OPEN = 30  # rows of a list before the rest is folded away

RULES: Mapping[str, str] = {
    "byteshift": "错位字节还原",
    "pinyin": "删去注音",
    "page-counter": "删去页码、接合断页",
    "page-marker": "删去分页标记",
    "site-litter": "删去网站杂文",
    "advertising": "删去广告词",
    "title-puff": "删去标题里的推销词",
    "repeated-title": "删去重复的标题",
    "stray-mark": "删去孤立的符号",
    "wrapped-line": "接合硬换行",
    "spaced-heading": "去掉标题字间空格",
    "simplified": "繁体转简体",
    "full-width": "统一全角、半角",
    "space": "去掉多余空格",
    "line": "整理空行与缩进",
    "line-end": "统一换行符",
    "line-join": "接合断行",
    "invisible": "去掉不可见字符",
}
GAPS: Mapping[str, str] = {
    "quotation": "引号、书名号里的字",
    "date": "年份、日期",
    "number": "数字",
    "name": "人名、会议名",
    "start": "句首",
    "end": "句尾",
    "heading": "小标题里的字",
    "numbering": "前面的小标题或要点",
}
GAP_CONTEXT = 14  # characters shown on each side of a place where words are gone
MEDIA: Mapping[str, str] = {
    "text": "纯文本",
    "html": "网页",
    "mht": "网页",
    "docx": "Word 文档",
    "pdf": "PDF",
    "office": "旧版 Word 文档",
    "jsonl": "JSON 记录",
}
METADATA: Mapping[str, str] = {key: LABELS.get(key, key) for key in METADATA_KEYS}


def pages(report: Report) -> Iterator[str]:
    """Yield the page piece by piece, in UTF-8 text."""
    chosen = _chosen(report)
    yield _head(report)
    yield _overview(report)
    yield _quality(report)
    yield _rules(report)
    yield _metadata(report)
    yield _collections(report)
    yield _skipped(report)
    yield _heading("逐份说明", "files")
    if len(chosen) < report.totals.documents:
        yield (
            f'<p class="note">共 {report.totals.documents:,}\u00a0份，这里详列最需要核对的 {len(chosen):,}\u00a0份；'
            "其余的用 <code>speechrag corpus --source 文件名 --repairs --format jsonl</code> 查看。</p>"
        )
    yield '<p class="note">点开可看拆分、修复和存疑之处。<del>划线</del>为原文，<ins>着色</ins>为整理后。</p>'
    for document in report.documents(chosen):
        yield _document(document)
    yield "</main></body></html>\n"


def _chosen(report: Report) -> set[str]:
    weights = report.totals.weights
    return set(sorted(weights, key=lambda doc_id: (-weights[doc_id], doc_id))[:FILES])


def shown(text: str) -> str:
    """Return text as HTML: escaped, invisible and private-use characters named, line ends marked."""
    return html.escape("".join(_visible(char) for char in text))


def _visible(char: str) -> str:
    if char == "\n":
        return "↵"
    if char in " \t\u3000":
        return " " if char != "\t" else "⇥"
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"):
        return f"⟨U+{ord(char):04X}⟩"
    return char


def _clipped(text: str) -> str:
    if len(text) <= SNIPPET:
        return shown(text)
    half = SNIPPET // 2
    return f"{shown(text[:half])}<span class=cut>……（略 {len(text) - 2 * half} 字）……</span>{shown(text[-half:])}"


def _head(report: Report) -> str:
    manifest = report.manifest
    day = f"{manifest.built[:4]}年{int(manifest.built[5:7])}月{int(manifest.built[8:10])}日"
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        # Belt and braces: the page holds no script, and could load none.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>语料整理报告</title><style>{STYLE}</style></head><body><main>"
        f"<header><h1>语料整理报告</h1><p>{day}建立 · {manifest.files:,} 个文件 · {manifest.speeches:,}\u00a0篇 · "
        f"{manifest.passages:,} 段</p></header>"
        '<nav><a href="#quality">完整程度</a><a href="#rules">修复</a><a href="#metadata">要素</a>'
        '<a href="#collections">合集与重复</a><a href="#skipped">未收入</a><a href="#files">逐份说明</a></nav>'
    )


def _heading(text: str, name: str) -> str:
    return f'<h2 id="{name}">{text}</h2>'


def _figures(pairs: Iterable[tuple[str, str, str]]) -> str:
    cells = "".join(f"<div><dt>{label}</dt><dd>{value}<small>{unit}</small></dd></div>" for label, value, unit in pairs)
    return f'<dl class="figures">{cells}</dl>'


def _overview(report: Report) -> str:
    totals = report.totals
    repaired = sum(totals.rules.values())
    return _figures(
        (
            ("收入", f"{len(totals.of_state(*TAKEN_IN)):,}", "个文件"),
            ("未收入", f"{len(totals.of_state(SKIPPED)):,}", "个文件"),
            ("讲话", f"{totals.speeches:,}", "篇"),
            ("文字", f"{totals.characters:,}", "字"),
            ("整理", f"{repaired:,}", "处"),
            ("存疑", f"{totals.doubted:,}", "处"),
        )
    )


def _quality(report: Report) -> str:
    totals = report.totals
    return _heading("完整程度", "quality") + _table(
        ("情况", "数量", "说明"),
        (
            ("结尾中断", f"{totals.truncated:,}\u00a0篇", "最后一句没有写完，多为网页截断"),
            ("空缺", f"{totals.holes:,}\u00a0处", "20xx年、××局、--同志之类，照原样保留，不代填"),
            ("缺失", f"{totals.gaps:,}\u00a0处", "原文丢了字句而未留标记，位置见各篇，不代填"),
            ("损坏", f"{totals.damage:,}\u00a0处", "无法辨认的字节，照原样保留"),
            ("存疑的修复", f"{totals.doubted:,}\u00a0处", "有未知字（□）或把握不足，见逐份说明"),
        ),
    )


def _rules(report: Report) -> str:
    totals = report.totals
    rows = [
        (_rule(rule), f"{count:,}\u00a0处", f"{totals.rule_documents[rule]:,}\u00a0份")
        for rule, count in sorted(totals.rules.items(), key=lambda item: (-item[1], item[0]))
    ]
    body = _table(("做了什么", "次数", "涉及"), rows) if rows else '<p class="note">没有需要修改的地方。</p>'
    return _heading("修复与规范", "rules") + body


def _rule(rule: str) -> str:
    return RULES.get(rule) or f"<code>{shown(rule)}</code>"


def _metadata(report: Report) -> str:
    totals = report.totals
    total = max(1, totals.speeches)
    rows = [
        (
            label,
            f"{totals.metadata[key]:,}\u00a0篇",
            f"<meter min=0 max={total} value={totals.metadata[key]}></meter> {100 * totals.metadata[key] // total}%",
        )
        for key, label in METADATA.items()
    ]
    said = "、".join(shown(entry.source) for entry in totals.of_state(CORRECTIONS))
    hand = f'<p class="note">其中 {totals.corrected:,}\u00a0篇有人工订正（{said}）。</p>' if said else ""
    how = '<p class="note">只写原文证明得了的，查不到的留空；可用 <code>speeches.csv</code> 订正。</p>'
    return _heading("要素", "metadata") + _table(("要素", "有", "比例"), rows) + how + hand


def _collections(report: Report) -> str:
    totals = report.totals
    parts = [_heading("合集与重复", "collections")]
    if totals.anthologies:
        rows = [
            (shown(source), f"{promised or '未写明'}", f"{found}", "" if promised in (0, found) else "<b>篇数不符</b>")
            for source, promised, found in totals.anthologies[:LINES]
        ]
        parts.append(_folded(("合集", "标称篇数", "找到", ""), rows) + _more(len(totals.anthologies), LINES))
    families = sorted((f for f in totals.families.items() if len(f[1]) > 1), key=lambda f: (-len(f[1]), f[0]))
    copies = totals.of_state(COPY)
    grouped = sum(len(members) for _, members in families)
    parts.append(
        f"<p>内容相同的文件 {len(copies):,} 个；内容相近的讲话 {len(families):,}\u00a0组，共 {grouped:,}\u00a0篇，"
        "检索时相同的段落合为一条。</p>"
    )
    if families:
        items = "".join(f"<li>{_family(report, members)}</li>" for _, members in families[:FAMILIES])
        parts.append(f"<details><summary>列出各组</summary><ul>{items}</ul></details>{_more(len(families), FAMILIES)}")
    return "".join(parts)


def _family(report: Report, members: Sequence[str]) -> str:
    speeches = [report.store.speech(member) for member in members[:10]]
    return "；".join(f"{shown(s.title)}<small>（{shown(s.source)}）</small>" for s in speeches) + (
        f"等 {len(members)} 篇" if len(members) > 10 else ""
    )


def _skipped(report: Report) -> str:
    files, parts = report.totals.of_state(SKIPPED), report.totals.of_state(PART_SKIPPED)
    if not files and not parts:
        return _heading("未收入", "skipped") + '<p class="note">所有文件都已收入。</p>'
    groups: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in parts:
        groups[entry.source.partition("!")[0]].append(entry)
    within = [_parts(source, entries) for source, entries in sorted(groups.items())[:LINES]]
    return (
        _heading("未收入", "skipped")
        + _folded(("文件", "原因"), [_refused(entry) for entry in files[:LINES]])
        + _more(len(files), LINES)
        + "".join(within)
        + _more(len(groups), LINES)
    )


def _parts(source: str, entries: Sequence[LedgerEntry]) -> str:
    """Return the parts of one file that were left out; a list of records may have thousands."""
    rows = [_refused(entry) for entry in entries[:PARTS]]
    title = f"{shown(source)} 中有 {len(entries):,}\u00a0处没有采用"
    more = _more(len(entries), PARTS)
    return f"<details><summary>{title}</summary>{_table(('位置', '原因'), rows)}{more}</details>"


def _refused(entry: LedgerEntry) -> tuple[str, str]:
    return shown(entry.source), f"<span title='{shown(entry.detail)}'>{shown(told(entry.detail))}</span>"


def _folded(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose later rows are folded away."""
    if not rows:
        return ""
    rest = rows[OPEN:]
    folded = f"<details><summary>其余 {len(rest):,}\u00a0项</summary>{_table(heads, rest)}</details>" if rest else ""
    return _table(heads, rows[:OPEN]) + folded


def _more(total: int, limit: int) -> str:
    return f'<p class="note">另有 {total - limit:,} 项未列出。</p>' if total > limit else ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are HTML already."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    top = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _document(document: DocumentReport) -> str:
    repairs = sum(rule.repairs for rule in document.rules)
    flags = [f"{len(document.speeches):,}\u00a0篇", f"{document.characters:,}\u00a0字", f"整理 {repairs:,}\u00a0处"]
    if document.doubted:
        flags.append(f"<b>存疑 {document.doubted:,}\u00a0处</b>")
    if any(speech.quality.get("truncated") for speech in document.speeches):
        flags.append("<b>结尾中断</b>")
    summary = f"<span>{shown(document.source)}</span><small>{' · '.join(flags)}</small>"
    return (
        f"<details class=file><summary>{summary}</summary>"
        f"{_about(document)}{_doubts(document)}{_left_out(document)}{_speeches(document)}"
        f"{''.join(map(_rule_report, document.rules))}</details>"
    )


def _about(document: DocumentReport) -> str:
    about = [f"按{MEDIA.get(document.media) or shown(document.media)}读取，编码 {shown(document.encoding)}"]
    if document.copies:
        about.append(f"相同内容另见 {'、'.join(map(shown, document.copies[:20]))}")
    notes = "".join(f"<li>{_clipped(told(note))}</li>" for note in document.notes)
    return f'<p class="note">{"；".join(about)}。</p>' + (f'<ul class="note">{notes}</ul>' if notes else "")


def _doubts(document: DocumentReport) -> str:
    if not document.doubted:
        return ""
    more = f"，列出 {len(document.doubts)} 处" if document.doubted > len(document.doubts) else ""
    return f"<h3>存疑（{document.doubted:,}\u00a0处{more}）</h3>{_examples(document.doubts, sure=True)}"


def _left_out(document: DocumentReport) -> str:
    if not document.left_out:
        return ""
    items = "".join(f"<li><del>{_clipped(text)}</del></li>" for text in document.left_out[:20])
    return f"<h3>不属于任何一篇，未收入</h3><ul class=text>{items}</ul>{_more(len(document.left_out), 20)}"


def _speeches(document: DocumentReport) -> str:
    rows = [(str(s.ordinal), shown(s.title), *_speech(s)) for s in document.speeches[:SPEECHES]]
    return (
        "<h3>拆分</h3>"
        + _table(("", "标题", "字数", "小标题", "要素", "需注意"), rows)
        + _more(len(document.speeches), SPEECHES)
    )


def _speech(speech: Speech) -> tuple[str, str, str, str]:
    by_hand = speech.quality.get(METADATA_FROM, {})
    facts = [
        f"{label} {shown(_value(speech.metadata[key]))}{'（人工）' if key in by_hand else ''}"
        for key, label in METADATA.items()
        if speech.metadata.get(key)
    ]
    flaws = [f"空缺 {speech.quality['holes']}"] if speech.quality.get("holes") else []
    flaws += [_gaps(speech)] if speech.quality.get("gaps") else []
    flaws += [f"损坏 {speech.quality['damage']}"] if speech.quality.get("damage") else []
    flaws += ["<b>结尾中断</b>"] if speech.quality.get("truncated") else []
    headed = sum(bool(section.heading) for section in speech.sections)
    return f"{int(speech.quality.get('chars', len(speech.text))):,}", str(headed), "；".join(facts), "、".join(flaws)


def _gaps(speech: Speech) -> str:
    """Return where words of the source are gone, by kind, each with what stands around it."""
    by_kind: dict[str, list[str]] = {}
    for gap in speech.quality["gaps"]:
        low, high = max(0, gap["start"] - GAP_CONTEXT), gap["end"] + GAP_CONTEXT
        shown_at = speech.text[low : gap["start"]] + "▲" + speech.text[gap["start"] : high]
        by_kind.setdefault(gap["kind"], []).append(shown(" ".join(shown_at.split())))
    items = (f"{GAPS.get(kind, kind)} {len(places)}：{'；'.join(places[:5])}" for kind, places in by_kind.items())
    return f"<details><summary>缺失 {len(speech.quality['gaps'])}</summary>{'<br>'.join(items)}</details>"


def _value(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _rule_report(rule: RuleReport) -> str:
    title = f"{_rule(rule.rule)}（{rule.repairs:,}\u00a0处，{rule.characters:,}\u00a0字）"
    return f"<h3>{title}</h3>{_examples(rule.examples)}"


def _examples(examples: Iterable[Example], *, sure: bool = False) -> str:
    return f"<ul class=text>{''.join(f'<li>{_example(e, sure=sure)}</li>' for e in examples)}</ul>"


def _example(example: Example, *, sure: bool) -> str:
    new = f"<ins>{_clipped(example.new)}</ins>" if example.new else ""
    unknown = any(mark in example.new for mark in UNKNOWN)
    trust = f" <small>{'有未知字' if unknown else f'把握 {example.confidence:.1%}'}</small>" if sure else ""
    return f"{shown(example.before)}<del>{_clipped(_spaced(example.old))}</del>{new}{shown(example.after)}{trust}"


def _spaced(text: str) -> str:
    """Return a change so that it can be seen when it is nothing but spaces."""
    return text if text.strip(" \u3000") else "␣" * len(text)
