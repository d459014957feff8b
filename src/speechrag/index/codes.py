"""Texts as arrays of folded character codes, so that a hundred passages are compared with a query in one go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from speechrag.text import to_simplified

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.uint16]

PLANE = 0x10000  # UTF-16 code units; a rare character beyond them is two units, which match together


@lru_cache(maxsize=1)
def folding_table() -> Codes:
    """Return unit -> folded unit (simplified, half width, lower case); 0 for all that is neither letter nor digit.

    ``speechrag.text.fold`` character by character: OpenCC's few phrase rules are left out, in exchange a passage is
    folded by one array look-up.
    """
    import unicodedata

    import numpy as np

    table = np.zeros(PLANE, dtype=np.uint16)
    letters = [chr(u) for u in (*range(0x21, 0xD800), *range(0xE000, 0xFFFE)) if chr(u).isalnum()]
    normal = [unicodedata.normalize("NFKC", letter).lower() for letter in letters]
    # Every character alone on its line, lest OpenCC see phrases.
    for letter, folded in zip(letters, to_simplified("\n".join(normal)).split("\n"), strict=True):
        if len(folded) == 1 and folded.isalnum() and ord(folded) < PLANE:
            table[ord(letter)] = ord(folded)
    table[0xD800:0xE000] = np.arange(0xD800, 0xE000)
    return table


def folded_codes(text: str) -> Codes:
    """Return the folded units of ``text``, one for each UTF-16 unit, 0 where there is no letter or digit."""
    import numpy as np

    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    return folding_table()[units]  # type: ignore[no-any-return]


def joined_codes(texts: Sequence[str]) -> tuple[Codes, NDArray[np.int64]]:
    """Return the folded units of all texts in one array, a 0 behind each, and the offset where each begins."""
    import numpy as np

    codes = folded_codes("".join(f"{text}\n" for text in texts))
    if len(codes) == sum(map(len, texts)) + len(texts):
        lengths = [len(text) + 1 for text in texts]
    else:  # some characters take two units
        lengths = [len(text.encode("utf-16-le", "surrogatepass")) // 2 + 1 for text in texts]
    return codes, np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])[:-1]
