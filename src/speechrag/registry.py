"""Names of exchangeable parts and where their classes live; nothing is imported before it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from speechrag.errors import MissingExtra, UnknownBackend


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a backend lives; ``needs`` is a module that must be importable, ``extra`` the pip extra that brings it."""

    target: str  # "package.module:Class"
    needs: str = ""
    extra: str = ""


SEGMENTERS: Mapping[str, Entry] = {
    "jieba": Entry("speechrag.text:JiebaSegmenter", needs="jieba"),
    "rjieba": Entry("speechrag.text:JiebaSegmenter", needs="rjieba", extra="fast"),  # jieba, and never the slow one
    "characters": Entry("speechrag.text:CharacterSegmenter"),
}
CHUNKERS: Mapping[str, Entry] = {
    "section": Entry("speechrag.passages.section:SectionChunker"),
    "document": Entry("speechrag.passages.whole:WholeChunker"),
}
EMBEDDERS: Mapping[str, Entry] = {
    "builtin": Entry("speechrag.embedding.static:builtin_encoder"),
    "hash": Entry("speechrag.embedding.hashing:HashingEncoder"),
    "sentence-transformers": Entry("speechrag.embedding.transformer:TransformerEncoder", needs="sentence_transformers"),
}
RERANKERS: Mapping[str, Entry] = {
    "cross-encoder": Entry("speechrag.embedding.reranker:CrossEncoderReranker", needs="sentence_transformers"),
}
READER = "reader"  # the reranker that comes inside the package; it reads over an index, so the engine itself makes it
READERS: Mapping[str, Entry] = {
    "text": Entry("speechrag.sources.plain:read_text"),
    "html": Entry("speechrag.sources.html:read_html", needs="lxml"),
    "mht": Entry("speechrag.sources.mht:read_mht", needs="lxml"),
    "docx": Entry("speechrag.sources.word:read_docx", needs="lxml"),
    "pdf": Entry("speechrag.sources.pdf:read_pdf", needs="pypdfium2"),
    "office": Entry("speechrag.sources.office:read_office", needs="lxml"),
}


def resolve(table: Mapping[str, Entry], name: str) -> Any:
    """Return the object registered as ``name``, importing its module now and not before.

    Raises UnknownBackend with the names there are, or MissingExtra with the command that installs what is missing.
    """
    if name not in table:
        raise UnknownBackend(f"unknown backend {name!r}; available: {', '.join(sorted(table))}")
    entry = table[name]
    if entry.needs and find_spec(entry.needs) is None:
        wanted = f"'speechrag[{entry.extra}]'" if entry.extra else entry.needs
        raise MissingExtra(f"backend {name!r} needs the package {entry.needs}", hint=f"pip install {wanted}")
    module, _, attribute = entry.target.partition(":")
    return getattr(import_module(module), attribute)
