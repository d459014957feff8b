"""Outlines measured without a model: headings against those of real speeches, order, evidence, structure.

Headings are matched one to one and a match counts from a threshold on that headings of different topics reach once in
a hundred pairs, so that a similarity with a high floor cannot flatter (soft recall, as STORM has it, does not guard
against that). Such a threshold puts all that is off the topic at the floor, words or not; whether a measure also tells
wrong words from none (``sanity_gate``) is asked of ``Content``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from speechrag.errors import EvaluationError
from speechrag.evaluation.matching import Similarity, kendall_tau, matched
from speechrag.evaluation.slices import letters
from speechrag.evaluation.statistics import randomisation_test
from speechrag.records import Outline, OutlinePoint
from speechrag.writing.check import longest_run

FEWEST, MOST = 3, 7  # top sections
COPIED = 20  # letters in a row from one source that a heading may not have
PERCENTILE = 0.99
GRAMS = range(1, 5)  # lengths of the character n-grams by which contents are compared
SURE = 0.01


@dataclass(frozen=True, slots=True)
class HeadingScore:
    """Headings found of those wanted (shares, 0..1) and how far the matched ones keep the order (-1..1, or None)."""

    precision: float
    recall: float
    f1: float
    order: float | None


def headings_of(points: Iterable[OutlinePoint]) -> Iterator[str]:
    """Yield the headings of an outline, top to bottom."""
    for point in points:
        yield point.heading
        yield from headings_of(point.points)


def leaves_of(points: Iterable[OutlinePoint]) -> Iterator[OutlinePoint]:
    """Yield the points without sub-points, top to bottom."""
    for point in points:
        if point.points:
            yield from leaves_of(point.points)
        else:
            yield point


def chance_threshold(topics: Sequence[Sequence[str]], similarity: Similarity) -> float:
    """Return the least similarity above the 99th percentile (nearest rank) of headings of different topics.

    Above, not at it: short headings tie, and a tie would let many pairs through.
    Estimate it anew for every similarity. Raises EvaluationError for fewer than two topics with headings.
    """
    values = sorted(
        similarity(one, other) for left, right in combinations(topics, 2) for one in left for other in right
    )
    if not values:
        raise EvaluationError("a threshold needs the headings of at least two topics")
    return math.nextafter(values[math.ceil(PERCENTILE * len(values)) - 1], math.inf)


def heading_score(
    gold: Sequence[str], produced: Sequence[str], similarity: Similarity, threshold: float
) -> HeadingScore:
    """Return how many headings of ``gold`` were found, one to one; 0 where either list is empty."""
    pairs = matched(gold, produced, similarity, threshold)
    precision = len(pairs) / len(produced) if produced else 0.0
    recall = len(pairs) / len(gold) if gold else 0.0
    f1 = 2 * len(pairs) / (len(gold) + len(produced)) if pairs else 0.0
    return HeadingScore(precision, recall, f1, kendall_tau(pairs))


class Content:
    """How much two lists of points say the same, 0..1, wherever each of them says it.

    The mean over n = 1..4 of the cosines of their character n-grams, each weighted by its count and by how few of the
    ``topics`` hold it (CIDEr, Vedantam et al. 2015, on characters instead of words): what any speech says weighs
    nothing. Points are not paired: two drafters cut the same matter into different points, and where every point must
    have a partner, most pairs only share the words of the genre.
    """

    def __init__(self, topics: Sequence[Sequence[str]]) -> None:
        self._topics = len(topics)
        self._held = Counter(gram for topic in topics for gram in set().union(*map(_grams, topic)))

    def __call__(self, left: Sequence[str], right: Sequence[str]) -> float:
        """Return how alike two lists of points are; 0 where either says nothing."""
        one, two = self._weighed(left), self._weighed(right)
        return math.fsum(_cosine(one[n], two[n]) for n in GRAMS) / len(GRAMS)

    def _weighed(self, points: Sequence[str]) -> dict[int, dict[str, float]]:
        counts: dict[int, dict[str, float]] = {n: {} for n in GRAMS}
        for gram, count in sum((Counter(_grams(point)) for point in points), Counter()).items():
            counts[len(gram)][gram] = count * math.log((1 + self._topics) / (1 + self._held[gram]))
        return counts


def _grams(text: str) -> list[str]:
    bare = letters(text)
    return [bare[i : i + n] for n in GRAMS for i in range(len(bare) - n + 1)]


def _cosine(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    dot = math.fsum(weight * right[gram] for gram, weight in left.items() if gram in right)
    lengths = [math.sqrt(math.fsum(weight * weight for weight in side.values())) for side in (left, right)]
    return dot / (lengths[0] * lengths[1]) if all(lengths) else 0.0


def structure_faults(outline: Outline) -> list[str]:
    """Return the hard rules that an outline breaks, each as one line naming the point.

    Three to seven top sections, levels in order, no empty or repeated heading, every leaf cited by a citation that
    exists, no heading with more than 20 letters in a row from a cited source unless a warning says so.
    """
    faults = []
    if not FEWEST <= len(outline.points) <= MOST:
        faults.append(f"{len(outline.points)} top sections; expected {FEWEST} to {MOST}")
    seen = Counter(letters(heading) for heading in headings_of(outline.points))
    faults += [f"heading repeated or empty: {heading!r}" for heading, times in seen.items() if times > 1 or not heading]
    faults += [fault for point in outline.points for fault in _level_faults(point, 1)]
    known = {citation.number: citation.quote for citation in outline.citations}
    for leaf in leaves_of(outline.points):
        if not any(number in known for number in leaf.citations):
            faults.append(f"without a source: {leaf.heading!r}")
    if not any(warning.kind == "copied" for warning in outline.warnings):
        faults += _copied(outline, list(known.values()))
    return faults


def _level_faults(point: OutlinePoint, level: int) -> Iterator[str]:
    if point.level != level:
        yield f"level {point.level} where {level} is due: {point.heading!r}"
    for child in point.points:
        yield from _level_faults(child, level + 1)


def _copied(outline: Outline, quotes: Sequence[str]) -> list[str]:
    sources = [letters(quote) for quote in quotes]
    return [
        f"more than {COPIED} letters in a row from one source: {heading!r}"
        for heading in headings_of(outline.points)
        if any(longest_run(letters(heading), source) > COPIED for source in sources)
    ]


def evidence(outline: Outline, found: Sequence[str], family_of: Callable[[str], str]) -> tuple[float, float]:
    """Return evidence coverage and concentration, both 0..1.

    Coverage: the share of the families in ``found`` (the best families for the brief) that a leaf cites.
    Concentration: the largest share of leaf citations that one family gives; 0 without citations.
    """
    speech_of = {citation.number: citation.speech_id for citation in outline.citations}
    cited = Counter(
        family_of(speech_of[number])
        for leaf in leaves_of(outline.points)
        for number in leaf.citations
        if number in speech_of
    )
    coverage = sum(family in cited for family in dict.fromkeys(found)) / max(1, len(set(found)))
    return coverage, max(cited.values()) / cited.total() if cited else 0.0


def sanity_gate(levels: Sequence[tuple[str, Sequence[float]]]) -> list[str]:
    """Return where a measure does not rank what is known to be better above what is known to be worse.

    ``levels`` go from the best kind of input to the worst, each with one value a topic, topics in one order. Each
    kind must be above the next by its mean, with p < .01 in a paired randomisation test; a measure for which this
    list is not empty is not to be used.
    """
    faults = []
    for (better, high), (worse, low) in pairwise(levels):
        p_value = randomisation_test(high, low)
        if sum(high) <= sum(low) or p_value >= SURE:
            means = f"{sum(high) / len(high):.3f} against {sum(low) / len(low):.3f}"
            faults.append(f"{better} is not above {worse}: {means}, p {p_value:.3f}")
    return faults
