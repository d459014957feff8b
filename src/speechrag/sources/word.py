"""Word documents (docx): paragraphs, tables, text boxes and automatic numbers in the order they are read.

Footnotes and endnotes stand in brackets on a line behind the paragraph that calls them. Left out: headers and footers,
tracked deletions, hidden text, comments, tables of contents, and the pinyin of phonetic guides. lxml on the parts
themselves and not python-docx, which loads a whole package before it can be measured.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from speechrag.errors import SourceError
from speechrag.sources.encoding import Decoded
from speechrag.sources.packed import brief, is_encrypted, open_zip, suspicious, unpack
from speechrag.sources.walk import display_name
from speechrag.sources.word_lists import LEVELS, Numbering, integer, local, read_numbering, value

_MAX_PART = 64 << 20  # bytes of one XML part; a thousand pages make about 10 MB
_MAX_PACKAGE = 1 << 30  # declared bytes of everything, pictures included
_DTD = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_LONG_CELL = 60  # characters: a row with a cell of several paragraphs this long is layout, not a table of facts
# Containers whose content is read as if they were not there.
_TRANSPARENT = frozenset(
    ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "hyperlink", "fldSimple", "customXml", "dir", "bdo", "rubyBase")
)
_GONE = frozenset(("del", "moveFrom", "rt", "rubyPr", "pPr", "rPr", "instrText", "delText", "delInstrText", "sdtPr"))
_OFF = ("0", "false", "off", "none")


def read_docx(data: bytes) -> Decoded:
    """Return the text of a Word document, a paragraph or table row a line. Raises SourceError."""
    package = _Package(data)
    styles = _read_styles(package.part("styles.xml"))
    numbering = read_numbering(package.part("numbering.xml"), styles.list_nums)
    body = next((node for node in package.document() if local(node) == "body"), None)
    if body is None:
        raise SourceError("the Word document holds no body; it may be damaged")
    footnotes, unread = _read_footnotes(package)
    walk = _Walk(styles, numbering, footnotes)
    lines = list(walk.blocks(body))
    return Decoded("\n".join(lines).strip("\n"), "utf-8", notes=(*unread, *walk.notes()))


class _Package:
    """The parts of a docx, each parsed when asked for and never beyond the limits."""

    def __init__(self, data: bytes) -> None:
        what = "the Word document"
        archive = open_zip(data, what)
        declared = sum(info.file_size for info in archive.filelist)
        if any(is_encrypted(info) for info in archive.filelist):
            raise SourceError(f"{what} is encrypted with a password; save it without one")
        if suspicious(len(data), declared) or declared > _MAX_PACKAGE:
            raise SourceError(
                f"{what}: unpacked size {declared} bytes from {len(data)}: a decompression bomb, not read"
            )
        self._archive = archive
        self._main = self._main_name()

    def document(self) -> Any:
        root = self._parse(self._main)
        if root is None:
            raise SourceError(f"the Word document lacks its main part ({self._main}); it may be damaged")
        return root

    def part(self, name: str) -> Any:
        """Return the root of a part beside the main one, None where there is none."""
        return self._parse(posixpath.join(posixpath.dirname(self._main), name))

    def _main_name(self) -> str:
        relations = self._parse("_rels/.rels")
        for relation in relations if relations is not None else ():
            if value(relation, "Type").endswith("/officeDocument"):
                return value(relation, "Target").lstrip("/")
        return "word/document.xml"

    def _parse(self, name: str) -> Any:
        from lxml import etree

        try:
            info = self._archive.getinfo(name)
        except KeyError:
            return None
        data = self._unpack(info)
        if any(mark in data for mark in _DTD):
            raise SourceError(f"the Word document declares a document type in {name}, which Word never does; not read")
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(data, parser)
        except etree.LxmlError as exc:
            raise SourceError(f"the Word document is damaged in {name} ({brief(exc)}); save it again") from exc
        if root.getroottree().docinfo.internalDTD is not None:
            raise SourceError(f"the Word document declares a document type in {name}, which Word never does; not read")
        return root

    def _unpack(self, info: zipfile.ZipInfo) -> bytes:
        try:
            return unpack(self._archive, info, _MAX_PART)
        except SourceError as exc:
            raise SourceError(f"the Word document's part {display_name(info.filename)[:60]}: {exc}") from exc


@dataclass(frozen=True, slots=True)
class _Style:
    parent: str = ""
    num: str = ""  # "" says nothing, "0" takes numbering away
    level: int | None = None
    contents: bool = False  # an entry of a table of contents
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class _Styles:
    """The paragraph styles, and the num of each list style."""

    by_id: Mapping[str, _Style] = field(default_factory=dict)
    default: str = ""
    list_nums: Mapping[str, str] = field(default_factory=dict)

    def chain(self, style_id: str) -> Iterator[tuple[str, _Style]]:
        """Yield a style and those it is based on, nearest first."""
        seen: set[str] = set()
        style_id = style_id or self.default
        while style_id in self.by_id and style_id not in seen:
            seen.add(style_id)
            yield style_id, self.by_id[style_id]
            style_id = self.by_id[style_id].parent


def _read_styles(root: Any) -> _Styles:
    by_id: dict[str, _Style] = {}
    list_nums: dict[str, str] = {}
    default = ""
    for node in root if root is not None else ():
        if local(node) != "style":
            continue
        style_id, kind = value(node, "styleId"), value(node, "type")
        properties = _child(node, "pPr")
        num, level = _num_of(properties)
        if kind == "numbering":
            list_nums[style_id] = num
        elif kind == "paragraph":
            name = _val(node, "name").lower()
            by_id[style_id] = _Style(_val(node, "basedOn"), num, level, name.startswith("toc "), _is_hidden(node))
            if value(node, "default") not in ("", *_OFF):
                default = style_id
    return _Styles(by_id, default, list_nums)


_Called = tuple[str, str]  # kind of reference and id of a footnote


def _read_footnotes(package: _Package) -> tuple[dict[_Called, Any], list[str]]:
    """Return the notes, without the lines that Word draws above them, and why some cannot be read."""
    found: dict[_Called, Any] = {}
    unread: list[str] = []
    for kind in ("footnote", "endnote"):
        try:
            root = package.part(f"{kind}s.xml")
        except SourceError as exc:  # the speech itself is whole
            unread.append(f"the {kind}s were left out: {exc}")
            continue
        for node in root if root is not None else ():
            if local(node) == kind and value(node, "type") in ("", "normal"):
                found[f"{kind}Reference", value(node, "id")] = node
    return found, unread


class _Walk:
    """Walks the body once, in order; numbering counts along."""

    def __init__(self, styles: _Styles, numbering: Numbering, footnotes: dict[_Called, Any]) -> None:
        self._styles = styles
        self._numbering = numbering
        self._footnotes = footnotes  # those that no paragraph has called yet
        self._called: list[Any] = []  # by the paragraph at hand
        self._carried = ""  # of paragraphs whose end was deleted: it runs on into the next one
        self._kept = self._lost = 0  # footnotes

    def notes(self) -> tuple[str, ...]:
        """Return what became of the footnotes, for the ledger."""
        kept = f"{self._kept} footnotes stand in brackets behind their paragraphs" if self._kept else ""
        lost = f"{self._lost} footnotes are missing in the file" if self._lost else ""
        return tuple(note for note in (kept, lost) if note)

    def blocks(self, parent: Any) -> Iterator[str]:
        """Yield the lines of everything that stands directly in ``parent``."""
        for node in parent:
            kind = local(node)
            if kind == "p":
                yield from self._paragraph(node)
            elif kind == "tbl":
                yield from self._table(node)
            elif kind == "AlternateContent":
                yield from self.blocks(_alternative(node))
            elif kind in _TRANSPARENT and not _is_contents(node):
                yield from self.blocks(node)

    def _paragraph(self, node: Any) -> Iterator[str]:
        properties = _child(node, "pPr")
        style_id = _val(properties, "pStyle")
        styles = list(self._styles.chain(style_id))
        if any(style.contents for _, style in styles):
            return
        boxes: list[Any] = []
        hidden = any(style.hidden for _, style in styles)
        text = self._carried + ("" if hidden else "".join(self._inline(node, boxes)))
        self._carried = ""
        if _child(_child(properties, "rPr"), "del") is not None:
            self._carried = text
        elif text.strip():
            label = self._label(properties, styles)
            yield from (line for line in (label + text.strip(" \t")).split("\n") if line.strip())
            yield from self._notes_called()
        elif not hidden:
            self._label(properties, styles)  # Word numbers empty paragraphs too
        for box in boxes:
            yield from self.blocks(box)

    def _notes_called(self) -> Iterator[str]:
        called, self._called = self._called, []
        for node in called:
            text = " ".join(line.strip() for line in self.blocks(node))
            if text:
                self._kept += 1
                yield f"（注：{text}）"

    def _label(self, properties: Any, styles: list[tuple[str, _Style]]) -> str:
        num, level = _num_of(properties)
        if not num:
            owner = next((style for _, style in styles if style.num), None)
            num = owner.num if owner else ""
            if level is None and owner is not None:
                level = owner.level
        if num in ("", "0"):
            return ""
        if level is None:
            level = self._numbering.level_of_style(num, (style_id for style_id, _ in styles))
        return self._numbering.label(num, min(level, LEVELS - 1))

    def _inline(self, parent: Any, boxes: list[Any]) -> Iterator[str]:
        """Yield the pieces of text in ``parent``; text boxes met on the way are put into ``boxes``."""
        for node in parent:
            kind = local(node)
            if kind == "t":
                yield node.text or ""
            elif kind == "r" or kind in _TRANSPARENT or kind == "ruby" or kind.startswith("oMath"):
                if not (kind == "r" and _is_hidden(node)):
                    yield from self._inline(node, boxes)
            elif kind in _GONE:
                continue
            elif kind == "tab" or kind == "ptab":
                yield "\t"
            elif kind in ("br", "cr"):
                yield "\n"
            elif kind == "noBreakHyphen":
                yield "-"
            elif kind == "footnoteReference" or kind == "endnoteReference":
                note = self._footnotes.pop((kind, value(node, "id")), None)
                self._called += [] if note is None else [note]
                self._lost += note is None
            elif kind == "AlternateContent":
                yield from self._inline(_alternative(node), boxes)
            elif kind in ("drawing", "pict", "object"):
                boxes.extend(_boxes(node))
            elif kind in _MATH:
                yield from self._inline(node, boxes)

    def _table(self, node: Any) -> Iterator[str]:
        for row in _children(node, "tr"):
            if _child(_child(row, "trPr"), "del") is not None:
                continue
            cells = [list(self.blocks(cell)) for cell in _children(row, "tc") if not _is_merged(cell)]
            cells = [cell for cell in cells if cell]
            if len(cells) == 1 or any(len(cell) > 1 and sum(map(len, cell)) > _LONG_CELL for cell in cells):
                yield from (line for cell in cells for line in cell)
            elif cells:
                yield "\t".join(" ".join(cell) for cell in cells)


# What formulas nest their text in.
_MATH = frozenset(("e", "num", "den", "sub", "sup", "f", "sSub", "sSup", "sSubSup", "d", "rad", "deg", "nary", "fName"))


def _boxes(node: Any) -> Iterator[Any]:
    """Yield the contents of the outermost text boxes below ``node``; of two renderings of one box, the first."""
    for child in node:
        if local(child) == "txbxContent":
            yield child
        elif local(child) == "AlternateContent":
            yield from _boxes(_alternative(child))
        else:
            yield from _boxes(child)


def _alternative(node: Any) -> Any:
    """Return the one rendering of an AlternateContent that is read: the first choice, else the fallback."""
    choice = _child(node, "Choice")
    if choice is not None:
        return choice
    fallback = _child(node, "Fallback")
    return fallback if fallback is not None else ()


def _is_contents(node: Any) -> bool:
    gallery = _child(_child(_child(node, "sdtPr"), "docPartObj"), "docPartGallery")
    return gallery is not None and value(gallery, "val") == "Table of Contents"


def _is_merged(cell: Any) -> bool:
    """Tell whether a cell only continues the one above it."""
    merge = _child(_child(cell, "tcPr"), "vMerge")
    return merge is not None and value(merge, "val") in ("", "continue")


def _is_hidden(node: Any) -> bool:
    vanish = _child(_child(node, "rPr"), "vanish")
    return vanish is not None and value(vanish, "val") not in _OFF


def _num_of(properties: Any) -> tuple[str, int | None]:
    """Return the num and the level that paragraph properties name; "" and None where they say nothing."""
    found = _child(properties, "numPr")
    level = _val(found, "ilvl")
    return _val(found, "numId"), integer(level) if level else None


def _children(node: Any, name: str) -> Iterator[Any]:
    """Yield the children of that name, looking into containers that do not count."""
    for child in node:
        if local(child) == name:
            yield child
        elif local(child) in _TRANSPARENT:
            yield from _children(child, name)


def _child(node: Any, name: str) -> Any:
    return next((child for child in node if local(child) == name), None) if node is not None else None


def _val(node: Any, name: str) -> str:
    child = _child(node, name)
    return value(child, "val") if child is not None else ""
