"""Documents on their way to a worker process and what it made of them on the way back, as JSON.

JSON and not pickle: what comes back can be wrong and nothing worse. Texts that the parent has already are not sent
back; speeches and passages come as spans of the cleaned text.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import Any

from speechrag.building.preparing import Made
from speechrag.errors import SourceError
from speechrag.index.texts import Prepared, PreparedSpeech
from speechrag.records import CleanDocument, Document, Evidence, Passage, Repair, Section, Speech


def dump(message: list[dict[str, Any]]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def load(message: bytes) -> list[Any]:
    """Return the list a message holds. Raises ValueError."""
    found = json.loads(message.decode("utf-8", "surrogatepass"))
    if not isinstance(found, list):
        raise ValueError("the message is no list")
    return found


def pack_document(document: Document) -> dict[str, Any]:
    return asdict(document)


def unpack_document(packed: dict[str, Any]) -> Document:
    return Document(**{**packed, "notes": tuple(packed["notes"])})


def pack(made: Made) -> dict[str, Any]:
    """Return what ``unpack`` needs beside the document itself."""
    if isinstance(made, SourceError):
        return {"failed": str(made)}
    clean = made.document
    return {
        "text": None if clean.text == clean.document.text else clean.text,
        "repairs": [[r.rule, r.start, r.end, r.before, r.after, r.confidence] for r in clean.repairs],
        "notes": clean.notes,
        "speeches": [_pack_speech(speech) for speech in made.speeches],
    }


def unpack(document: Document, packed: dict[str, Any]) -> Made:
    """Return what ``pack`` was given. Raises KeyError, TypeError or ValueError for anything else."""
    if "failed" in packed:
        return SourceError(str(packed["failed"]))
    text = document.text if packed["text"] is None else str(packed["text"])
    repairs = tuple(Repair(*row) for row in packed["repairs"])
    clean = CleanDocument(document, text, repairs, tuple(packed["notes"]))
    return Prepared(clean, tuple(_unpack_speech(clean, row) for row in packed["speeches"]))


def _pack_speech(prepared: PreparedSpeech) -> dict[str, Any]:
    speech = prepared.speech
    return {
        "id": speech.speech_id,
        "ordinal": speech.ordinal,
        "title": speech.title,
        "span": [speech.doc_start, speech.doc_end],
        "sections": [[s.heading, s.level, s.start, s.end, s.label, s.role, s.body] for s in speech.sections],
        "metadata": dict(speech.metadata),
        "evidence": {key: [span.start, span.end] for key, span in speech.evidence.items()},
        "quality": dict(speech.quality),
        "passages": [[p.passage_id, list(p.headings), p.start, p.end] for p in prepared.passages],
        "sketch": b64encode(prepared.sketch).decode("ascii"),
        "samples": [b64encode(sample).decode("ascii") for sample in prepared.samples],
    }


def _unpack_speech(clean: CleanDocument, row: dict[str, Any]) -> PreparedSpeech:
    start, end = row["span"]
    text = clean.text[start:end]
    speech = Speech(
        speech_id=row["id"],
        doc_id=clean.document.doc_id,
        source=clean.document.source,
        ordinal=row["ordinal"],
        title=row["title"],
        text=text,
        doc_start=start,
        doc_end=end,
        sections=tuple(Section(*section) for section in row["sections"]),
        metadata=row["metadata"],
        evidence={key: Evidence(*span) for key, span in row["evidence"].items()},
        quality=row["quality"],
    )
    passages = tuple(
        Passage(name, speech.speech_id, tuple(headings), text[left:right], left, right)
        for name, headings, left, right in row["passages"]
    )
    samples = tuple(b64decode(sample) for sample in row["samples"])
    if len(samples) != len(passages):
        raise ValueError(f"{len(passages)} passages and {len(samples)} samples")
    return PreparedSpeech(speech, passages, b64decode(row["sketch"]), samples)
