"""One passage a speech, for collections that come already cut, such as BEIR folders."""

from __future__ import annotations

from speechrag.records import Passage, Speech
from speechrag.text import trim


class WholeChunker:
    """Keeps every speech whole."""

    def __init__(self, passage_chars: int = 0) -> None:
        del passage_chars  # there is nothing to choose; the argument keeps the chunkers exchangeable
        self.name = "whole/1"

    def chunk(self, speech: Speech) -> list[Passage]:
        """Return the speech as its only passage, white space at its ends left out; none for an empty speech."""
        start, end = trim(speech.text, 0, len(speech.text))
        if start == end:
            return []
        return [Passage(f"{speech.speech_id}.1", speech.speech_id, (), speech.text[start:end], start, end)]
