"""Kinds of queries, so that a mean hides none: what the topics say of themselves, and what their texts show.

Automatic kinds look at the query and at the texts judged relevant to it, never at what a system found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from speechrag.evaluation.measures import PerQuery, means
from speechrag.evaluation.records import Slice, Topic
from speechrag.evaluation.statistics import mean_interval
from speechrag.retrieval.spelling import sounding_alike
from speechrag.retrieval.understanding import common_pair
from speechrag.text import fold, is_han, runs, to_simplified
from speechrag.writing.check import longest_run

SHORT, LONG = 8, 20  # characters without punctuation: at most, at least
EXACT = 8  # characters in a row that a relevant text has too
LOW_OVERLAP = 0.3  # share of the query's character pairs below which it is a paraphrase
MANY_VALUES = 12  # a metadata key with more values than this is a description, not a kind
GOLD_LOOKED_AT = 5  # relevant texts read for one query
UNSLICED = frozenset({"answerable", "split"})

_NAMED = re.compile(r"[0-9〇%％]|[一二三四五六七八九十百千万亿]{2}|《[^》]{1,60}》|[省市县镇乡村]")

TextOf = Callable[[str], str]


@lru_cache(maxsize=2_000)
def letters(text: str) -> str:
    """Return the folded text without white space and punctuation."""
    return "".join(runs(fold(text)))


def overlap(query: str, text: str) -> float:
    """Return the share (0..1) of the query's character pairs that ``text`` has too; 1 for a query without pairs.

    Both are ``letters``.
    """
    pairs = {query[i : i + 2] for i in range(len(query) - 1)}
    return sum(pair in text for pair in pairs) / len(pairs) if pairs else 1.0


def has_slip(query: str, gold: Iterable[str]) -> bool:
    """Tell whether a character of ``query`` stands for another of the same sound in a relevant text.

    Both are letters only. Three characters in a row must be in the text with the other character and not as typed; a
    character that forms a common pair with a neighbour (融化 for 熔化) was meant.
    """
    texts = list(gold)
    for at, char in enumerate(query):
        start = max(0, min(at - 1, len(query) - 3))
        typed = query[start : start + 3]
        if len(typed) < 3 or not is_han(char) or any(typed in text for text in texts):
            continue
        if any(common_pair(query[i : i + 2]) for i in (at - 1, at) if 0 <= i < len(query) - 1):
            continue
        place = at - start
        for other in sounding_alike().get(char, ""):
            meant = typed[:place] + other + typed[place + 1 :]
            if any(meant in text for text in texts):
                return True
    return False


def _from_query(query: str) -> list[str]:
    bare = letters(query)
    remarks = [
        (len(bare) <= SHORT, "auto: short"),
        (len(bare) >= LONG, "auto: long"),
        (_NAMED.search(query), "auto: name or number"),
        (to_simplified(query) != query, "auto: traditional script"),
    ]
    return [name for applies, name in remarks if applies]


def _from_gold(query: str, gold: Sequence[str]) -> list[str]:
    bare, texts = letters(query), [letters(text) for text in gold]
    exact = any(bare and bare in text for text in texts) or any(longest_run(bare, t) >= EXACT for t in texts)
    remarks = [
        (exact, "auto: exact phrase"),
        (not exact and all(overlap(bare, text) < LOW_OVERLAP for text in texts), "auto: low overlap"),
        (has_slip(bare, texts), "auto: typo"),
    ]
    return [name for applies, name in remarks if applies]


def _kinds(topics: Iterable[Topic]) -> dict[str, list[str]]:
    """Return ``key: value`` -> query ids for the metadata keys that sort the topics into a few kinds."""
    topics = list(topics)
    found: dict[str, list[str]] = {}
    for key in sorted({key for topic in topics for key in topic.metadata} - UNSLICED):
        values = {t.query_id: t.metadata[key] for t in topics if isinstance(t.metadata.get(key), str | int | bool)}
        counts = Counter(str(value) for value in values.values())
        if not 1 < len(counts) <= MANY_VALUES:
            continue
        for value in sorted(counts):
            found[f"{key}: {value}"] = [query_id for query_id, own in values.items() if str(own) == value]
    return found


def slice_members(
    topics: Sequence[Topic], relevant: Mapping[str, Sequence[str]], text_of: TextOf | None
) -> dict[str, list[str]]:
    """Return slice name -> ids of its queries; kinds named by the topics first, then the automatic ones.

    ``relevant`` gives the ids of the texts judged relevant to a query, ``text_of`` their texts; without it the kinds
    that compare a query with its texts are left out.
    """
    members = _kinds(topics)
    automatic: dict[str, list[str]] = {}
    for topic in topics:
        gold = list(relevant.get(topic.query_id, ()))
        names = _from_query(topic.text)
        if gold and text_of:
            names += _from_gold(topic.text, [text_of(doc_id) for doc_id in gold[:GOLD_LOOKED_AT]])
        if len(gold) > 1:
            names.append("auto: multi-source")
        for name in names:
            automatic.setdefault(name, []).append(topic.query_id)
    return members | {name: automatic[name] for name in sorted(automatic)}


def slice_reports(members: Mapping[str, Sequence[str]], per_query: PerQuery) -> dict[str, Slice]:
    """Return the means of every slice over its measured queries; a slice without any is left out."""
    found: dict[str, Slice] = {}
    for name, query_ids in members.items():
        own = {query_id: per_query[query_id] for query_id in query_ids if query_id in per_query}
        if not own:
            continue
        values = means(own)
        first = next(iter(values))
        interval = mean_interval([row[first] for row in own.values()])
        found[name] = Slice(tuple(own), len(own), values, interval)
    return found
