"""What a query set gives away: how much of the relevant text stands in the query already."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from speechrag.evaluation.records import Topic
from speechrag.evaluation.slices import TextOf, letters, overlap

COPIED = 8  # characters in a row that make a copy
HIGH = 0.6  # overlap from which a query is nearly a quotation


def leak_guards(
    topics: Sequence[Topic], relevant: Mapping[str, Sequence[str]], text_of: TextOf, title_of: TextOf
) -> dict[str, float]:
    """Return how much the queries share with their relevant texts, each figure from 0 to 1; {} without any pair.

    ``overlap_median`` and ``overlap_high`` (share above .6): character pairs of the query in the best relevant text.
    ``copied``: share of queries with eight characters in a row from it. ``title_alone``: share whose title alone
    has as much of the query as any other title (ties with another document's title do not count).
    """
    overlaps: list[float] = []
    copied: list[bool] = []
    solved: list[bool] = []
    titles = {doc_id: letters(title_of(doc_id)) for ids in relevant.values() for doc_id in ids}
    known = _Titles(titles.values())
    for topic in topics:
        gold = [doc_id for doc_id in relevant.get(topic.query_id, ()) if doc_id in titles]
        if not gold:
            continue
        query = letters(topic.text)
        texts = [letters(text_of(doc_id)) for doc_id in gold[:5]]
        overlaps.append(max(overlap(query, text) for text in texts))
        copied.append(any(_copies(query, text) for text in texts))
        named = known.best(query)
        solved.append(bool(named) and named in {titles[doc_id] for doc_id in gold})
    if not overlaps:
        return {}
    return {
        "overlap_median": median(overlaps),
        "overlap_high": sum(value > HIGH for value in overlaps) / len(overlaps),
        "copied": sum(copied) / len(copied),
        "title_alone": sum(solved) / len(solved),
    }


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def _copies(query: str, text: str) -> bool:
    return any(query[i : i + COPIED] in text for i in range(len(query) - COPIED + 1))


class _Titles:
    """Which of the titles has most of a query's character pairs; equal titles are one."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._holders: dict[str, list[str]] = defaultdict(list)
        for title in sorted(set(titles)):
            for pair in sorted(_pairs(title)):
                self._holders[pair].append(title)

    def best(self, query: str) -> str:
        """Return the title with most of the query's pairs; empty where none has any or several have as many."""
        shared = Counter[str]()
        for pair in _pairs(query):
            shared.update(self._holders.get(pair, ()))
        (title, most), (_, second) = [*shared.most_common(2), ("", 0), ("", 0)][:2]
        return title if most > second else ""
