"""One document through the text stages: cleaned, taken apart, cut into passages, sketched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from speechrag.cleaning import clean
from speechrag.errors import SourceError
from speechrag.index.shingles import packed, sketch_and_samples
from speechrag.index.texts import Prepared, PreparedSpeech
from speechrag.records import Document, Speech
from speechrag.structure import structure

Made = Prepared | SourceError  # a document ready to be written, or why it is not


def prepare(document: Document, chunker: Any) -> Prepared:
    """Return ``document`` ready to be written. Raises SourceError whatever goes wrong in it."""
    try:
        cleaned = clean(document)
        if document.notes:
            cleaned = replace(cleaned, notes=document.notes + cleaned.notes)
        return Prepared(cleaned, tuple(prepared_speech(speech, chunker) for speech in structure(cleaned)))
    except Exception as exc:  # a fault of ours in one text must not cost the other thousand files
        raise SourceError(f"could not be processed ({type(exc).__name__}: {exc}); please report this file") from exc


def try_to_prepare(document: Document, chunker: Any) -> Made:
    """Return what ``prepare`` returns or raises."""
    try:
        return prepare(document, chunker)
    except SourceError as exc:
        return exc


def prepared_speech(speech: Speech, chunker: Any) -> PreparedSpeech:
    """Return a speech with its passages, its sketch and their samples."""
    passages = tuple(chunker.chunk(speech))
    sketch, samples = sketch_and_samples(speech.text, [(passage.start, passage.end) for passage in passages])
    return PreparedSpeech(speech, passages, packed(sketch), tuple(map(packed, samples)))
