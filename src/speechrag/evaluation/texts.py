"""What the judgements of a set name, looked up in an index, and a search over it that names the same and is timed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from speechrag.errors import EvaluationError, UsageError
from speechrag.evaluation.harness import DEPTH, SearchFunction
from speechrag.evaluation.slices import letters

if TYPE_CHECKING:
    from speechrag.engine import Engine
    from speechrag.index.fill import Progress
    from speechrag.records import Passage


class JudgedTexts:
    """The texts that the judgements name, passages or whole speeches, and a search that names the same."""

    def __init__(self, engine: Engine, judged: set[str], families: Mapping[str, str]) -> None:
        self._engine = engine
        self._speech_of: Mapping[str, str] = {s.speech_id: s.family for s in engine.speeches()}
        self._sizes: dict[str, int] = {}
        for family in (families or self._speech_of).values():
            self._sizes[family] = self._sizes.get(family, 0) + 1
        self._families = families
        self.whole = bool(judged & self._speech_of.keys())
        # Several passages of one speech may rank; three times the depth leaves enough distinct speeches.
        self._deepen = 3 if self.whole and engine.manifest.passages > engine.manifest.speeches else 1
        if not self.whole and not any(doc_id.rpartition(".")[0] in self._speech_of for doc_id in judged):
            raise EvaluationError(
                "no judged id is a speech or passage of this index; "
                "judge ids as `speechrag search --format json` prints them"
            )

    def search(self, text: str, depth: int) -> list[tuple[str, float]]:
        return [(self._name(passage), score) for passage, score in self._engine.rank(text, self._deepen * depth)]

    def _name(self, passage: Passage) -> str:
        return passage.speech_id if self.whole else passage.passage_id

    def _known(self, doc_id: str) -> bool:
        return (doc_id if self.whole else doc_id.rpartition(".")[0]) in self._speech_of

    def text_of(self, doc_id: str) -> str:
        """Return the text of a judged id; empty for one that this index does not hold."""
        if not self._known(doc_id):
            return ""
        if self.whole:
            return self._engine.speech(doc_id).text
        try:
            return self._engine.passage(doc_id).text
        except UsageError:
            return ""

    def title_of(self, doc_id: str) -> str:
        """Return the title of the speech a judged id belongs to; empty for one that this index does not hold."""
        return self._engine.speech(self._speech_id(doc_id)).title if self._known(doc_id) else ""

    def lacking(self, doc_ids: Iterable[str]) -> list[str]:
        """Return the ids that this index does not hold, in their order."""
        return [doc_id for doc_id in doc_ids if not self.text_of(doc_id)]

    def beyond(self, doc_ids: Iterable[str]) -> tuple[int, int]:
        """Return how many speeches of the index ``doc_ids`` do not name, and how many of them are of no speech here."""
        named = [self._speech_id(doc_id) for doc_id in doc_ids]
        return len(self._speech_of.keys() - set(named)), sum(speech_id not in self._speech_of for speech_id in named)

    def _speech_id(self, doc_id: str) -> str:
        return doc_id if self.whole else doc_id.rpartition(".")[0]

    def has_copies(self, doc_id: str) -> bool:
        family = self._family(doc_id)
        return bool(family) and self._sizes.get(family, 0) > 1

    def _family(self, doc_id: str) -> str:
        speech_id = self._speech_id(doc_id)
        return self._families.get(speech_id) or self._speech_of.get(speech_id, "")

    def family_of(self, doc_id: str) -> str:
        """Return what the copies of a document share: the family of its speech; for a passage also its wording."""
        family = self._family(doc_id)
        if not family or not self.has_copies(doc_id):
            return doc_id
        return family if self.whole else f"{family} {letters(self.text_of(doc_id))}"


class TimedSearch:
    """A search that keeps the seconds of every call."""

    def __init__(self, search: SearchFunction, total: int, progress: Progress | None = None) -> None:
        self._search, self._total, self._progress = search, total, progress
        self._seconds: list[float] = []

    def warm(self, text: str) -> None:
        """Search once without keeping the time: the first query reads what later ones find in memory."""
        self._search(text, DEPTH)

    def __call__(self, text: str, depth: int) -> Sequence[tuple[str, float]]:
        began = time.perf_counter()
        found = self._search(text, depth)
        self._seconds.append(time.perf_counter() - began)
        if self._progress:
            self._progress("searching", len(self._seconds), self._total)
        return found

    def percentiles(self) -> dict[str, float]:
        """Return p50 and p95 in milliseconds, by the nearest rank."""
        ordered = sorted(self._seconds)
        return {
            f"p{share}_ms": round(1000 * ordered[max(0, -(-share * len(ordered) // 100) - 1)], 3) for share in (50, 95)
        }
