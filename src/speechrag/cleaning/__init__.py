"""Cleaning: the text as received -> the text that is searched and cited, every change kept as a repair.

The rules run in a fixed order; each is a function from a text to edits. Offsets in a repair are those of the original.
"""

from __future__ import annotations

import re

from speechrag.cleaning import byteshift, characters, layout, litter, mojibake, pages, pinyin, punctuation, script
from speechrag.cleaning.alignment import Alignment, apply, restore
from speechrag.cleaning.edits import Draft
from speechrag.records import CleanDocument, Document
from speechrag.text import HAN

CLEANER_VERSION = "5"

# What cleaning does to every text, damaged or not. All other rules are repairs of damage: they should find none in a
# clean text. ``simplified`` applies where a document or a paragraph is really traditional, ``line-join`` where blank
# lines part the paragraphs and a single line end stands in mid-sentence.
NORMALISATIONS = frozenset({"line-end", "invisible", "full-width", "space", "line", "line-join", "simplified"})

# Cheap signs without which a rule has nothing to do: on clean text they are all that it costs.
_TONED = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
_THIRD_PAGE = re.compile("\n[ \t\u3000]*[0０]{0,2}[3３][、.．]")
# Where the page annotates nothing, a "?" before Latin letters is a lost accent or part of an address.
_HIDDEN_BYTE = re.compile(rf"\?[?{HAN}\ue000-\uf8ff]")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")

__all__ = ["CLEANER_VERSION", "NORMALISATIONS", "Alignment", "apply", "clean", "restore"]


def clean(document: Document) -> CleanDocument:
    """Return the document with its damage repaired and its litter removed; what could not be repaired is noted."""
    draft = Draft(document.text)
    edits, notes = mojibake.undo_misreading(draft.text)
    draft.apply(edits)
    draft.notes.extend(notes)
    draft.apply(characters.normalise_line_ends(draft.text))
    draft.apply(layout.join_cut_lines(draft.text))
    draft.apply(characters.drop_invisible(draft.text))
    _undo_byte_damage(draft)
    draft.apply(script.simplify(draft.text))
    _remove_site_parts(draft)
    _normalise(draft)
    draft.notes.extend(_unreadable(draft.text))
    return CleanDocument(document, draft.text, tuple(draft.repairs), tuple(draft.notes))


def _undo_byte_damage(draft: Draft) -> None:
    # A page that annotates characters holds a letter with a tone mark; most texts hold none.
    glosses = pinyin.document_glosses(draft.text) if _TONED.search(draft.text) else {}
    if glosses or _HIDDEN_BYTE.search(draft.text):
        edits, notes = byteshift.repair_byteshifts(draft.text, glosses)
        draft.apply(edits)
        draft.notes.extend(notes)
    draft.apply(pinyin.repair_glosses(draft.text, glosses))


def _remove_site_parts(draft: Draft) -> None:
    draft.apply(litter.drop_litter(draft.text))
    draft.apply(litter.drop_advertising(draft.text))
    draft.apply(layout.drop_page_markers(draft.text))
    draft.apply(layout.drop_repeated_titles(draft.text))
    draft.apply(layout.join_wrapped_lines(draft.text))
    draft.apply(layout.join_bare_numbers(draft.text))
    if _THIRD_PAGE.search(draft.text):
        draft.apply(pages.repair_page_counters(draft.text))
    draft.apply(litter.drop_title_puff(draft.text))


def _normalise(draft: Draft) -> None:
    draft.apply(layout.drop_stray_lines(draft.text))
    draft.apply(punctuation.widen_brackets(draft.text))
    draft.apply(punctuation.widen_marks(draft.text))
    draft.apply(punctuation.drop_spaces(draft.text))
    draft.apply(layout.normalise_lines(draft.text))


def _unreadable(text: str) -> list[str]:
    """Return notes on characters that stand for something unknown."""
    lost = text.count("\ufffd")
    private = len(_PRIVATE_USE.findall(text))
    notes = [f"{lost} characters were already lost (U+FFFD)"] if lost else []
    return notes + ([f"{private} private-use characters were left as they are"] if private else [])
