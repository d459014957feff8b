"""The report as one HTML page that needs nothing beside itself: no script, no font, no picture, no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from speechrag.evaluation.judging import ENOUGH
from speechrag.evaluation.markup import shown
from speechrag.evaluation.page_style import STYLE
from speechrag.evaluation.plots import Bar, Line, bars, curves, differences
from speechrag.evaluation.records import EvaluationReport
from speechrag.evaluation.refusal import refused_at

WORST = 20  # queries listed
SIGNIFICANT = 0.05
FEW = 10  # queries below which the mean of a kind says little

MEASURES: Mapping[str, str] = {
    "nDCG@10": "前 10 条的排序质量",
    "RR@10": "首条相关结果名次的倒数",
    "R@10": "前 10 条的查全率",
    "R@100": "前 100 条的查全率",
    "AP": "平均查准率",
    "Success@5": "前 5 条有相关结果的比例",
    "Judged@10": "前 10 条中经过评判的比例",
}
SLICES: Mapping[str, str] = {
    "auto: short": "短问题",
    "auto: long": "长问题",
    "auto: exact phrase": "原文照抄",
    "auto: name or number": "含名称或数字",
    "auto: low overlap": "换说法，少有相同字",
    "auto: traditional script": "繁体",
    "auto: typo": "音近错字",
    "auto: multi-source": "多处出处",
}
LEAKS: Mapping[str, str] = {
    "overlap_median": "问题与相关文本的双字重合（中位数）",
    "overlap_high": "重合超过 0.6 的问题占比",
    "copied": "照抄八字以上的问题占比",
    "title_alone": "单凭标题即可找到的问题占比",
}
SETTINGS: Mapping[str, str] = {
    "segmenter": "分词",
    "chunker": "切段方式",
    "passage_chars": "段长（字）",
    "dense_weight": "语义检索权重",
    "understanding": "问题理解",
    "ranker": "排序模型",
    "paraphrases": "换说法时的排序",
    "reranker": "重排模型",
    "user_dictionary": "用户词典",
    "families": "近似文本合并计分",
    "seed": "随机种子",
    "version": "程序版本",
    "commit": "源码提交",
}
INDEX: Mapping[str, str] = {
    "generation": "索引批次",
    "fingerprint": "索引指纹",
    "corpus_sha256": "语料指纹",
    "embedder": "语义模型",
    "embedder_fingerprint": "语义模型指纹",
    "cleaner": "清洗规则",
    "chunker": "切段规则",
    "segmenter": "分词指纹",
}


def page(report: EvaluationReport) -> str:
    """Return the whole page."""
    parts = [
        "<!doctype html><html lang=zh-CN><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1"><title>检索评测</title>'
        f"<style>{STYLE}</style></head><body><main>",
        _head(report),
        _summary(report),
        _comparison(report),
        _slices(report),
        _recall(report),
        _differences(report),
        _refusal(report),
        _worst(report),
        _notes(report),
        _settings(report),
        "</main></body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Return a table; the cells of ``rows`` are HTML already."""
    head = "".join(f"<th scope=col>{shown(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class=wide><table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _head(report: EvaluationReport) -> str:
    figures = [("问题", str(report.queries), "个")]
    headline = [name for name in ("nDCG@10", "RR@10", "R@10") if name in report.measures]
    figures += [(name, f"{report.measures[name]:.3f}", "") for name in headline]
    if report.latency:
        figures.append(("耗时 p50 / p95", f"{report.latency['p50_ms']:.0f} / {report.latency['p95_ms']:.0f}", "毫秒"))
    if report.index:
        figures.append(("索引", f"{report.index['bytes'] / 1e6:.1f}", "MB"))
    cells = "".join(f"<div><dt>{shown(n)}</dt><dd>{v}<small>{u}</small></dd></div>" for n, v, u in figures)
    baseline = report.settings.get("baseline")
    told = "没有给出基线"
    if report.comparison:
        told = f"与基线 {baseline} 逐题比较" if baseline else "与基线逐题比较"
    if report.index:
        told = f"{report.index['speeches']:,} 篇 · {report.index['passages']:,} 段 · {told}"
    if report.settings.get("set"):
        told = f"题集 {report.settings['set']} · {told}"
    return f"<header><h1>检索评测</h1><p>{shown(told)}</p></header><dl class=figures>{cells}</dl>"


def _summary(report: EvaluationReport) -> str:
    rows = []
    for name, value in report.measures.items():
        low, high = report.intervals[name]
        meaning = f"{shown(name)}　<span class=note>{shown(MEASURES.get(name, ''))}</span>"
        rows.append([meaning, f"{value:.4f}", f"{low:.4f} 至 {high:.4f}"])
    note = (
        f'<p class="note">{report.queries} 题的平均，各指标都在 0 与 1 之间，越高越好；没有结果的题按 0 计。'
        "区间由逐题自助抽样一万次得出。</p>"
    )
    return "<h2>指标</h2>" + _table(["指标", "平均", "95% 区间"], rows) + note


def _comparison(report: EvaluationReport) -> str:
    if not report.comparison:
        return ""
    rows = []
    for name, found in report.comparison.items():
        difference = f"{found.difference:+.4f}"
        marked = f"<b>{difference}</b>" if found.p_holm < SIGNIFICANT else difference
        interval = f"{found.ci_low:+.4f} 至 {found.ci_high:+.4f}"
        chances = [f"{p:.4f}" for p in (found.p_value, found.p_holm)]
        rows.append([shown(name), f"{found.baseline:.4f}", f"{report.measures[name]:.4f}", marked, interval, *chances])
    header = ["指标", "基线", "本次", "差", "95% 区间", "p", "p（Holm）"]
    note = (
        f'<p class="note">{report.queries} 题，差为本次减基线。p 来自逐题随机化检验，p（Holm）按同时比较的 '
        f"{len(rows)} 个指标校正；校正后仍小于 0.05 的差用红色粗体。</p>"
    )
    return "<h2>与基线比较</h2>" + _table(header, rows) + note


def _slices(report: EvaluationReport) -> str:
    if not report.slices:
        return ""
    first = next(iter(report.measures))
    drawn = [
        Bar(SLICES.get(name, name), part.measures[first], *part.interval, f"{part.queries} 题")
        for name, part in report.slices.items()
    ]
    low, high = report.intervals[first]
    plot = bars([Bar("全部", report.measures[first], low, high, f"{report.queries} 题"), *drawn], f"各类问题的 {first}")
    rows = [
        [shown(SLICES.get(name, name)), str(part.queries), *(f"{value:.3f}" for value in part.measures.values())]
        for name, part in report.slices.items()
    ]
    few = f"不足 {FEW} 题的类别只供参考。" if any(part.queries < FEW for part in report.slices.values()) else ""
    note = f'<p class="note">横条为 {shown(first)}，细线为 95% 区间。一个问题可以同属几类。{few}</p>'
    return "<h2>各类问题</h2>" + plot + note + _table(["类别", "题数", *report.measures], rows)


def _recall(report: EvaluationReport) -> str:
    if not report.recall_curve:
        return ""
    line = Line("查全率", [(float(k), value) for k, value in report.recall_curve.items()], "first")
    ticks = (1, 2, 5, 10, 20, 50, 100)
    plot = curves([line], "召回曲线", across="取前几条（对数）", up="查全率", ticks=ticks, logarithmic=True)
    note = f'<p class="note">{report.queries} 题的平均：取前几条时，相关文本已经找到的比例。</p>'
    return "<h2>召回曲线</h2>" + plot + note


def _differences(report: EvaluationReport) -> str:
    base = report.baseline_per_query
    if not base:
        return ""
    first = next(iter(report.measures))
    values = [(query_id, row[first] - base[query_id][first]) for query_id, row in report.per_query.items()]
    better, worse = sum(value > 0 for _, value in values), sum(value < 0 for _, value in values)
    changed = [(query_id, value) for query_id, value in values if value]
    told = f"{better} 题更好，{worse} 题更差，{len(values) - better - worse} 题不变"
    plot = differences(changed, f"逐题的 {first} 之差") if changed else ""
    return f'<h2>逐题差异</h2><p class="note">{shown(first)}，本次减基线：{told}；只画有变化的题。</p>{plot}'


def _refusal(report: EvaluationReport) -> str:
    found = report.refusal
    if not found:
        return ""
    lines = [
        Line("拒答", [(p.threshold, p.unanswerable_refused) for p in found.curve], "first"),
        Line("误拒", [(p.threshold, p.answerable_refused) for p in found.curve], "second"),
    ]
    plot = curves(lines, "拒答曲线", across="阈值", up="被拒答的比例", ticks=(0, 0.2, 0.4, 0.6, 0.8, 1))
    point = refused_at(found)
    key = (
        '<p class="key"><span><i class=first></i>没有答案的问题被拒答</span>'
        "<span><i class=second></i>有答案的问题被误拒</span></p>"
    )
    told = (
        f"有答案 {found.answerable} 题，没有答案 {found.unanswerable} 题，AUC {found.auc:.3f}。误拒不超过 5% 时，阈值 "
        f"{point.threshold:.2f} 拒答 {point.unanswerable_refused:.1%}，误拒 {point.answerable_refused:.1%}。"
    )
    return f'<h2>拒答</h2>{key}{plot}<p class="note">{told}</p>'


def _worst(report: EvaluationReport) -> str:
    first = next(iter(report.measures))
    table = report.per_query
    ordered = sorted(table, key=lambda query: (table[query][first], table[query].get("R@100", 0.0), query))
    columns = [name for name in ("nDCG@10", "RR@10", "R@10", "R@100") if name in report.measures]
    rows = []
    for query_id in ordered[:WORST]:
        values = (f"{table[query_id][name]:.3f}" for name in columns)
        rows.append([f"<code>{shown(query_id)}</code>", shown(report.topics.get(query_id, "")), *values])
    head = f"<h2>最差的 {len(rows)} 题</h2>"
    return head + _table(["编号", "问题", *columns], rows, "worst")


def _notes(report: EvaluationReport) -> str:
    counts, power = report.coverage, report.power
    first = next(iter(report.measures))
    remarks = [
        (counts.get("absent"), f"没有任何结果、按 0 计的题：{counts.get('absent')}"),
        (counts.get("barren"), f"没有相关文本、按 0 计的题：{counts.get('barren')}"),
        (counts.get("lacking"), f"索引里没有、因而找不到的相关文本：{counts.get('lacking')}"),
        (counts.get("unasked"), f"有评判而没有问题、按 0 计的题：{counts.get('unasked')}"),
        (counts.get("tied"), f"得分相同、按编号降序排列（与 trec_eval 相同）的题：{counts.get('tied')}"),
        (counts.get("unjudged"), f"没有评判、未计入的题：{counts.get('unjudged')}"),
        (counts.get("baseline_absent"), f"基线里没有、在基线中按 0 计的题：{counts.get('baseline_absent')}"),
        (counts.get("same_ids"), f"问题与文本编号相同（BEIR 的评测会去掉这样的结果）：{counts.get('same_ids')}"),
        (counts.get("only_index"), f"题集自带的文本里没有、只在索引里的讲话：{counts.get('only_index')}"),
        (counts.get("only_set"), f"只在题集自带的文本里、索引里没有的：{counts.get('only_set')}"),
        (counts.get("met") == 0, "结果与评判没有一处相合：请核对两边的编号"),
        (power, f"这样大小的题集（{report.queries} 题）只能看出 {first} 相差 {power.get('smallest', 0):.3f} 以上的变化"
                f"（功效 80%，显著性水平 0.05，逐题差的标准差 {power.get('deviation', 0):.3f}）"),
        ("needed" in power, f"要看出这次的差 {power.get('observed', 0):+.4f}，需要 {power.get('needed', 0):.0f} 题"),
    ]  # fmt: skip
    if report.unfolded:
        told = "，".join(f"{name} {report.unfolded[name]:.4f}" for name in report.measures if name in report.unfolded)
        remarks.append((True, f"近似文本合并计分：评判过的文本，找到任何一份即算找到，只算一次。照原评判计：{told}"))
    if not report.judging and "Judged@10" in report.measures:
        remarks.append((True, "评判只列出相关的文本，Judged@10 因此只是前 10 条中相关文本的比例"))
    if report.judging and report.judging["judged"] < ENOUGH:
        low, high, alone = (report.judging[key] for key in ("measured", "upper", "condensed"))
        told = f"前 10 条只有 {report.judging['judged']:.0%} 经过评判"
        remarks.append((True, f"{told}：{first} 在 {low:.4f} 与 {high:.4f} 之间，只看评判过的为 {alone:.4f}"))
    remarks += [(True, f"{told}：{report.leaks[key]:.2f}") for key, told in LEAKS.items() if key in report.leaks]
    items = "".join(f"<li>{shown(remark)}</li>" for applies, remark in remarks if applies)
    return f"<h2>说明</h2><ul>{items}</ul>" if items else ""


def _settings(report: EvaluationReport) -> str:
    rows = [
        [shown(told), f"<code>{shown(report.index[key])}</code>"] for key, told in INDEX.items() if key in report.index
    ]
    rows += [
        [shown(told), f"<code>{shown(report.settings[key])}</code>"]
        for key, told in SETTINGS.items()
        if report.settings.get(key) not in (None, "")
    ]
    if not rows:
        return ""
    seconds = "，".join(
        f"{told} {report.seconds[key]:.1f} 秒" for key, told in (("index", "建立索引"), ("search", "检索"))
    )
    return f'<h2>设置与索引</h2>{_table(["项目", "值"], rows, "plain")}<p class="note">{seconds}</p>'
