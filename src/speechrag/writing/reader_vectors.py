"""The encoder's vectors of the words around a candidate: how near to a word of the question the nearest one is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from speechrag.text import unique

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]


class Vectors:
    """Unit word vectors and text vectors of the built-in encoder for the texts of one question, each made once."""

    def __init__(self, encoder: Any) -> None:
        self._encoder = encoder
        self._words: dict[str, Floats] = {}
        self._texts: dict[str, Floats] = {}

    def words(self, texts: Sequence[str]) -> list[Floats]:
        """Return ``float32[words, dim]`` for each text."""
        new = unique(text for text in texts if text not in self._words)
        self._words.update(zip(new, self._encoder.word_vectors(new), strict=True))
        return [self._words[text] for text in texts]

    def texts(self, texts: Sequence[str]) -> Floats:
        """Return ``float32[texts, dim]``."""
        import numpy as np

        new = unique(text for text in texts if text not in self._texts)
        if new:
            self._texts.update(zip(new, self._encoder.encode_documents(new), strict=True))
        return np.stack([self._texts[text] for text in texts])


def soft(words: Sequence[str], texts: Sequence[str], vectors: Vectors) -> Floats:
    """Return ``float32[texts, words, 1]``: the cosine of each word to the likest word of the text, 0 without one."""
    import numpy as np

    found = np.zeros((len(texts), len(words), 1), dtype=np.float32)
    each = [vector.mean(axis=0) if len(vector) else None for vector in vectors.words(words)]
    for row, held in enumerate(vectors.words(texts)):
        for place, vector in enumerate(each):
            if vector is not None and len(held):
                found[row, place, 0] = (held @ vector).max()
    return found


def free(words: Sequence[str], owns: Sequence[str], vectors: Vectors) -> Floats:
    """Return the like of ``soft`` with what no word of the question stands for itself, 1 for a word that is there.

    A word that means what another word of the question says, and that one is there, is not met by it.
    """
    import numpy as np

    bare = []
    for own in owns:
        for word in words:
            own = own.replace(word, "，")
        bare.append(own)
    there = np.array([[word in own for word in words] for own in owns], dtype=bool)
    return np.where(there.reshape(len(owns), len(words), 1), np.float32(1.0), soft(words, bare, vectors))
