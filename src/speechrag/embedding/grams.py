"""Which known words a text holds: at every position the longest vocabulary gram that no longer one covers.

The grams are words of two and more characters, single characters, and whole runs of Latin letters or digits. Matches
may overlap (长江大桥, 大桥头): all readings of an ambiguous run count, and no segmenter is needed, so a vector does not
depend on which one is installed. The search walks a trie whose steps sit in one hash table (multiplicative hashing,
Knuth, TAOCP vol. 3, 6.4); all positions of a batch of texts take each step together, in numpy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from speechrag.text import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Keys = NDArray[np.uint64]

_RUN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?", re.ASCII)
_FIRST_HAN = 0x3000  # every character that can begin a Chinese gram lies above
_CHARACTER_BITS = 21
_TOKEN_BITS = 20
_SLOT_BITS = 20
_MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)


class _Transitions:
    """(node, character) -> next node, for arrays of both; node 0 is the root and stands for "none" in answers."""

    def __init__(self, keys: Keys) -> None:
        """``keys[n]`` is ``node << 21 | character`` of the step that leads to node ``n``; ``keys[0]`` is unused."""
        import numpy as np

        self._keys = keys
        nodes = np.arange(1, len(keys), dtype=np.int32)
        slots = self._slot(keys[1:], 0, _SLOT_BITS)
        self._first = np.zeros(1 << _SLOT_BITS, dtype=np.int32)
        self._first[slots[::-1]] = nodes[::-1]
        lost = self._first[slots] != nodes
        self._crowded = np.zeros(1 << _SLOT_BITS, dtype=bool)
        self._crowded[slots[lost]] = True
        self._fill_second(nodes[lost])

    def _fill_second(self, lost: NDArray[np.int32]) -> None:
        """Give the nodes whose slot was taken a second table, large enough that no two of them meet."""
        import numpy as np

        self._bits = 16
        while len(np.unique(slots := self._slot(self._keys[lost], 1, self._bits))) < len(lost):
            self._bits += 1
        self._second = np.zeros(1 << self._bits, dtype=np.int32)
        self._second[slots] = lost

    @staticmethod
    def _slot(keys: Keys, table: int, bits: int) -> Keys:
        import numpy as np

        return (keys * np.uint64(_MULTIPLIERS[table])) >> np.uint64(64 - bits)

    def follow(self, keys: Keys) -> NDArray[np.int32]:
        """Return the node each key leads to, 0 where there is none."""
        import numpy as np

        slots = self._slot(keys, 0, _SLOT_BITS)
        nodes = self._first[slots]
        nodes[self._keys[nodes] != keys] = 0
        again = np.flatnonzero((nodes == 0) & self._crowded[slots])
        if len(again):
            second = self._second[self._slot(keys[again], 1, self._bits)]
            second[self._keys[second] != keys[again]] = 0
            nodes[again] = second
        return nodes


class GramTable:
    """Finds the grams of a vocabulary in texts; grams map to numbers below 2**20."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self.size = max(vocabulary.values(), default=-1) + 1
        self._names = {number: gram for gram, number in vocabulary.items()}
        self._runs = {gram: number for gram, number in vocabulary.items() if _RUN.fullmatch(gram)}
        self._build([(gram, number) for gram, number in vocabulary.items() if gram and ord(gram[0]) > _FIRST_HAN])

    def _build(self, grams: Sequence[tuple[str, int]]) -> None:
        """Lay out the trie level by level: all first characters, then all second ones, and so on."""
        import numpy as np

        lengths = np.array([len(gram) for gram, _ in grams], dtype=np.int64)
        numbers = np.array([number for _, number in grams], dtype=np.int32)
        depth = int(lengths.max(initial=0))
        flat = np.array([gram for gram, _ in grams], dtype=f"U{max(depth, 1)}").view(np.uint32)
        letters: Keys = flat.reshape(len(grams), -1).astype(np.uint64)
        at = np.zeros(len(grams), dtype=np.int64)
        keys = [np.array([np.iinfo(np.uint64).max], dtype=np.uint64)]
        count = 1
        for level in range(depth):
            rows = np.flatnonzero(lengths > level)
            step = _keys(at[rows], letters[rows, level])
            new, inverse = np.unique(step, return_inverse=True)
            at[rows] = count + inverse
            keys.append(new)
            count += len(new)
        self._token = np.full(count, -1, dtype=np.int32)
        self._token[at] = numbers
        self._token[0] = -1
        self._trie = _Transitions(np.concatenate(keys))
        # The first step of every walk is a look-up; letters beyond the table share its last place, which is empty.
        self._roots = np.zeros(int(letters[:, :1].max(initial=0)) + 2, dtype=np.int32)
        self._roots[letters[:, 0].astype(np.int64)] = self._trie.follow(letters[:, 0])

    def find(self, texts: Sequence[str], *, distinct: bool = False) -> tuple[Ids, Ids]:
        """Return ``(ids, starts)``: the grams of text ``i`` are ``ids[starts[i]:starts[i + 1]]``, ascending.

        Texts are folded here. A gram comes as often as it occurs, or once where ``distinct``.
        """
        import numpy as np

        rows, _, tokens = self.places([fold(text) for text in texts])
        found = np.sort(rows << _TOKEN_BITS | tokens)
        if distinct and len(found):
            found = found[np.r_[True, found[1:] != found[:-1]]]
        starts = np.searchsorted(found >> _TOKEN_BITS, np.arange(len(texts) + 1))
        return found & ((1 << _TOKEN_BITS) - 1), starts

    def places(self, folded: Sequence[str]) -> tuple[Ids, Ids, Ids]:
        """Return of every gram of texts that are folded already: number of the text, offset in it, gram."""
        import numpy as np

        joined = "\n".join([*folded, ""])
        bounds = np.cumsum([0, *(len(text) + 1 for text in folded)])
        places, tokens = self._chinese(joined)
        run_places, run_tokens = self._latin(joined)
        places, tokens = np.concatenate([places, run_places]), np.concatenate([tokens, run_tokens])
        rows = np.searchsorted(bounds, places, side="right") - 1
        return rows, places - bounds[rows], tokens

    def features(self, text: str) -> list[str]:
        """Return the grams of ``text``, repeats too; joined by spaces they are what the saved tokenizer expects."""
        return [self._names[int(number)] for number in self.find([text])[0]]

    def _chinese(self, joined: str) -> tuple[Ids, Ids]:
        """Return places and tokens of the grams that lie in no other gram of the text."""
        import numpy as np

        letters = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4")
        longest = np.full(len(letters), -1, dtype=np.int64)
        reach = np.zeros(len(letters), dtype=np.int32)
        nodes = self._roots[np.minimum(letters, len(self._roots) - 1)]
        places = np.arange(len(letters))
        depth = 0
        while len(kept := np.flatnonzero(nodes > 0)):
            places, nodes = places[kept], nodes[kept]
            depth += 1
            tokens = self._token[nodes]
            ends = tokens >= 0
            known = places[ends]
            longest[known], reach[known] = tokens[ends], known + depth
            nodes = self._trie.follow(_keys(nodes, letters[places + depth]))  # the last letter is a line end: no gram
        earlier = np.maximum.accumulate(np.r_[np.int32(0), reach])[: len(reach)]
        places = np.flatnonzero(reach > earlier)
        return places, longest[places]

    def _latin(self, joined: str) -> tuple[Ids, Ids]:
        import numpy as np

        known = self._runs
        found = [(match.start(), known[match.group()]) for match in _RUN.finditer(joined) if match.group() in known]
        table = np.array(found, dtype=np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1]


def _keys(nodes: Any, letters: Any) -> Keys:
    import numpy as np

    return nodes.astype(np.uint64) << np.uint64(_CHARACTER_BITS) | letters.astype(np.uint64)  # type: ignore[no-any-return]
