"""Filters over metadata: which speeches have the values asked for, as a mask over the passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from speechrag.errors import UsageError
from speechrag.index.store import METADATA_KEYS, OWN_KEYS, CorpusStore, SpeechFacts, facet_values

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

CACHED = 16  # masks kept at hand: people ask several questions under one filter


class Filters:
    """What the speeches of one index can be filtered by; the tables are made for the first filtered query."""

    def __init__(self, store: CorpusStore, facts: Mapping[str, SpeechFacts]) -> None:
        self._store = store
        self._facts = facts
        self._holders: dict[str, dict[str, list[int]]] = {}
        self._mask = lru_cache(maxsize=CACHED)(self._make_mask)

    @cached_property
    def keys(self) -> list[str]:
        """The keys that a filter may name, sorted."""
        return sorted({*OWN_KEYS, *METADATA_KEYS, *(key for f in self._facts.values() for key in f.metadata)})

    def allowed(self, filters: Mapping[str, Sequence[str]]) -> Mask | None:
        """Return ``bool[passages]``, not to be written to: every key has one of its values. None for no filter at all.

        Raises UsageError for an unknown key and for a year that is none.
        """
        return self._mask(tuple((key, tuple(values)) for key, values in filters.items())) if filters else None

    def _make_mask(self, filters: Sequence[tuple[str, Sequence[str]]]) -> Mask:
        import numpy as np

        speeches = np.ones(len(self._facts), dtype=bool)
        for key, values in filters:
            if key not in self.keys:
                raise UsageError(f"unknown filter key {key!r}; this index knows: {', '.join(self.keys)}")
            if key == "year":
                self._check_years(values)
            having = np.zeros(len(self._facts), dtype=bool)
            for value in values:
                having[self._speeches(key).get(value, [])] = True
            speeches &= having
        return speeches[self._owners]  # type: ignore[no-any-return]

    def _check_years(self, values: Sequence[str]) -> None:
        known = sorted(self._speeches("year"))
        for value in values:
            if value not in known and not (value.isascii() and value.isdigit()):
                span = f"has speeches of {known[0]} to {known[-1]}" if known else "knows no year of its speeches"
                raise UsageError(
                    f"filter year={value}: expected a year in figures; this index {span}",
                    hint="for several years give each, for example year=2009 year=2010",
                )

    def _speeches(self, key: str) -> dict[str, list[int]]:
        """Return value -> numbers of the speeches that have it."""
        if key not in self._holders:
            holders: dict[str, list[int]] = {}
            for number, facts in enumerate(self._facts.values()):
                for value in facet_values(facts, key):
                    holders.setdefault(value, []).append(number)
            self._holders[key] = holders
        return self._holders[key]

    @cached_property
    def _owners(self) -> NDArray[np.int32]:
        """The number of the speech that each passage belongs to."""
        import numpy as np

        spans = self._store.passage_spans()
        owners = np.zeros(max((end for _, end in spans.values()), default=0), dtype=np.int32)
        for number, speech_id in enumerate(self._facts):
            first, end = spans.get(speech_id, (0, 0))
            owners[first:end] = number
        return owners
