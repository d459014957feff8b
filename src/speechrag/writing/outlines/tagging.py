"""Words with their part of speech, by jieba's tagger and dictionary."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def tokenizer() -> Any:
    """Return jieba on a private dictionary: its shared cache is a marshal file under a guessable name."""
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    own = jieba.Tokenizer()
    own.FREQ, own.total = own.gen_pfdict(own.get_dict_file())
    own.initialized = True
    return own


@lru_cache(maxsize=1)
def tagger() -> Any:
    """Return the part-of-speech tagger over that dictionary."""
    import jieba.posseg

    class Tagger(jieba.posseg.POSTokenizer):  # type: ignore[misc]
        def load_word_tag(self, _: Any) -> None:
            self.word_tag_tab = jieba.posseg.dt.word_tag_tab  # read on import already: half a second each time

    return Tagger(tokenizer())


@lru_cache(maxsize=4096)
def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """Return the words of ``text`` with their part of speech."""
    return tuple((pair.word, pair.flag) for pair in tagger().cut(text))
