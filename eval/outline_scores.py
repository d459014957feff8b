"""Outlines against the points of real speeches: python eval/outline_scores.py --index DIR [--limit N]

The topic is the title of a speech that has headings of its own; that speech and its near-copies are left out of the
search, and the outline drafted from the rest is compared with its points, each its heading and how its text begins
(headings alone name the matter too seldom: 把弦绷紧): one-to-one matched F1 (by the vectors of the index's encoder and
by characters), order, coverage of the best twenty families, concentration, broken rules. Each
measure must first rank the speech's own points above the outline drafted for it, that above the outline drafted for
another topic, this above the same with shuffled characters, and these above random ones (p < .01). Outlines are
compared with outlines: another speech's own headings differ from a draft in their number and their voice too, so they
say nothing of the topic alone. The whole chain is asked of the content that both hold; of matched F1 its first two
steps, because its threshold is drawn so that whatever is off the topic, words or not, matches nothing.

A title that several speeches of other families share (…讲话篇三) names no topic: such speeches are left out.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from speechrag.embedding import load_encoder
from speechrag.engine import Engine
from speechrag.evaluation.matching import Similarity, chrf
from speechrag.evaluation.outlines import (
    Content,
    HeadingScore,
    chance_threshold,
    evidence,
    heading_score,
    leaves_of,
    sanity_gate,
    structure_faults,
)
from speechrag.records import Outline, Query, Speech
from speechrag.writing.outlines.compose import told

LEAST_HEADINGS = 3
DEEPEST = 2  # level of the sections compared
TOLD = 120  # characters of a point's text that are compared
BEST_FAMILIES = 20
_PART = re.compile(r"[(（]?(?:之\d+|篇[一二三四五六七八九十\d]{1,4}|[一二三四五六七八九十\d]{1,4}篇)[)）]?")
COMMON = "山水风云花鸟鱼虫日月星河松竹梅兰琴棋书画诗酒茶香春夏秋冬"


def gold_points(speech: Speech) -> list[str]:
    """Return the points of a speech: the headings of its upper sections, each with how its text begins."""
    found = [section for section in speech.sections if section.level <= DEEPEST and section.heading.strip()]
    return [f"{s.heading}。{' '.join(speech.text[s.body or s.start : s.end][:TOLD].split())}" for s in found]


def made_points(outline: Outline) -> list[str]:
    """Return the points of an outline that say something: each heading with its text."""
    return [f"{leaf.heading}。{told(leaf)[:TOLD]}" for leaf in leaves_of(outline.points)]


def topic_of(speech: Speech) -> str:
    """Return the title of a speech without its number in a collection."""
    return _PART.sub("", speech.title)


def shared_titles(speeches: Sequence[Speech]) -> set[str]:
    """Return the titles that speeches of more than one family have but for a number."""
    families: dict[str, set[str]] = defaultdict(set)
    for speech in speeches:
        families[topic_of(speech)].add(speech.family)
    return {title for title, found in families.items() if len(found) > 1}


def cosine(name: str) -> Similarity:
    encoder = load_encoder(name)

    @lru_cache(maxsize=20_000)
    def vector(heading: str) -> tuple[float, ...]:
        return tuple(float(value) for value in encoder.encode_queries([heading])[0])

    return lambda one, other: sum(a * b for a, b in zip(vector(one), vector(other), strict=True))


def shuffled(headings: Sequence[str], seed: int) -> list[str]:
    generator = random.Random(seed)
    return ["".join(generator.sample(heading, len(heading))) for heading in headings]


def nonsense(headings: Sequence[str], seed: int) -> list[str]:
    generator = random.Random(seed)
    return ["".join(generator.choice(COMMON) for _ in heading) for heading in headings]


def drafted(engine: Engine, speech: Speech, others: Sequence[Speech]) -> Outline:
    kept = tuple(other.speech_id for other in others if other.family != speech.family)
    return engine.outline(speech.title, {"speech_id": kept})


def best_families(engine: Engine, speech: Speech) -> list[str]:
    hits = engine.search(Query(speech.title, top_k=5 * BEST_FAMILIES, per_speech=1))
    families = [engine.speech(hit.passage.speech_id).family for hit in hits]
    return [family for family in dict.fromkeys(families) if family != speech.family][:BEST_FAMILIES]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", required=True)
    parser.add_argument("--limit", type=int, default=50, help="speeches (default: 50)")
    options = parser.parse_args()
    engine = Engine.open(options.index)
    speeches = list(engine.speeches())
    shared = shared_titles(speeches)
    telling = (s for s in speeches if len(gold_points(s)) >= LEAST_HEADINGS and topic_of(s) not in shared)
    chosen = list({s.family: s for s in telling}.values())[: options.limit]
    drafts = [(speech, drafted(engine, speech, speeches)) for speech in chosen]
    empty = sum(not outline.points for _, outline in drafts)
    chosen, outlines = [s for s, o in drafts if o.points], [o for _, o in drafts if o.points]
    if len(chosen) < 2:
        sys.stderr.write("fewer than two speeches with headings for which anything was drafted: nothing to compare\n")
        return 1
    gold = [gold_points(speech) for speech in chosen]
    made = [made_points(outline) for outline in outlines]
    turned = made[1:] + made[:1]
    kinds = [
        ("own points", gold),
        ("drafted", made),
        ("drafted for another topic", turned),
        ("shuffled", [shuffled(h, n) for n, h in enumerate(turned)]),
        ("random", [nonsense(h, n) for n, h in enumerate(turned)]),
    ]
    content = Content(gold)
    _say("| measure | threshold | " + " | ".join(kind for kind, _ in kinds) + " | ranks better above worse |")
    _say("|" + "---|" * 8)
    _row("content", None, [(kind, [content(g, h) for g, h in zip(gold, lists, strict=True)]) for kind, lists in kinds])
    parts = []
    for name, alike in (("matched F1, characters", chrf), ("matched F1, vectors", cosine(engine.manifest.embedder))):
        threshold = chance_threshold(gold, alike)
        scores = {kind: _scored(gold, lists, alike, threshold) for kind, lists in kinds}
        _row(name, threshold, [(kind, [score.f1 for score in found]) for kind, found in scores.items()])
        parts.append(f"{name}: {_parts(scores['drafted'])}")
    _say("\n" + "\n".join(parts))
    shares = [
        evidence(outline, best_families(engine, speech), lambda speech_id: engine.speech(speech_id).family)
        for outline, speech in zip(outlines, chosen, strict=True)
    ]
    coverage, concentration = (sum(pair[at] for pair in shares) / len(shares) for at in (0, 1))
    faulty = [(speech.title, structure_faults(outline)) for speech, outline in zip(chosen, outlines, strict=True)]
    broken = sum(bool(faults) for _, faults in faulty)
    summary = f"evidence coverage {coverage:.3f}, concentration {concentration:.3f}"
    _say(f"\n{len(chosen)} topics, {empty} more without material; {summary}; {broken} outlines break a rule")
    for title, faults in faulty:
        for fault in faults:
            _say(f"{title}: {fault}")
    return 0


def _scored(
    gold: Sequence[Sequence[str]], lists: Sequence[Sequence[str]], alike: Similarity, threshold: float
) -> list[HeadingScore]:
    return [heading_score(g, h, alike, threshold) for g, h in zip(gold, lists, strict=True)]


def _row(name: str, threshold: float | None, levels: Sequence[tuple[str, Sequence[float]]]) -> None:
    """Print the means of a measure and whether it ranks; one with a threshold is asked for its first steps only."""
    faults = sanity_gate(levels if threshold is None else levels[:3])
    means = " | ".join(f"{sum(values) / len(values):.3f}" for _, values in levels)
    _say(f"| {name} | {'-' if threshold is None else f'{threshold:.3f}'} | {means} | {'; '.join(faults) or 'yes'} |")


def _parts(scores: Sequence[HeadingScore]) -> str:
    """Return the mean precision and recall of drafts, and the order of those with two matches or more."""
    orders = [score.order for score in scores if score.order is not None]
    order = f"{sum(orders) / len(orders):.3f} ({len(orders)})" if orders else "-"
    precision, recall = (sum(getattr(s, part) for s in scores) / len(scores) for part in ("precision", "recall"))
    return f"precision {precision:.3f}, recall {recall:.3f}, order {order}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
