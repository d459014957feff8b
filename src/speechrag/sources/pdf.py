"""PDF documents with a text layer: lines with their places from pdfium, put into reading order and paragraphs.

The joins made here undo the page, which is part of reading: they leave no repairs, and the text as received is what
this reader returns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from speechrag.errors import SourceError
from speechrag.sources.encoding import Decoded
from speechrag.sources.packed import brief
from speechrag.sources.pdf_lines import Line, Page, paragraphs
from speechrag.text import is_han

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_MAX_PAGES = 5_000
_MAX_PAGE_CHARS = 1_000_000
_COLUMN_GAP = 1.8  # heights of a line: more than that parts columns or cells of a table
_FEW = 10  # characters a page: below this a page with a picture is a scan, perhaps with a stamp
_UNREADABLE = 0.3  # share of characters without meaning from which on the text layer is no text
# The characters of U+2E80-2EFF that stand for whole words in text and that NFKC leaves as they are.
_RADICALS = str.maketrans(
    "⺠⻁⻄⻅⻆⻉⻋⻑⻒⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⺌⺍⺒⺓⺝⺩⺬⺮⺶⺼⺽⻃",
    "民虎西见角贝车長镸长门青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙小小巳幺月王示竹羊肉臼覀",
)
_SET_APART = "\u200a"  # stands for a space that is not in the file: pdfium saw only a distance
_COMPATIBLE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06\U0002f800-\U0002fa1f]")
_MEANINGLESS = re.compile("[\ue000-\uf8ff\ufffd-\uffff\x00-\x08\x0e-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_pdf(data: bytes) -> Decoded:
    """Return the text of a PDF, a paragraph a line, without running heads and page numbers. Raises SourceError."""
    document = _open(data)
    if len(document) > _MAX_PAGES:
        raise SourceError(f"the PDF has {len(document)} pages; at most {_MAX_PAGES} are read, split it")
    pages, scanned = [], []
    for number in range(len(document)):
        page, has_picture = _page(document, number)
        pages.append(page)
        if has_picture and page.characters < _FEW:
            scanned.append(number + 1)
    count = f"{len(pages)} page" + ("s" if len(pages) != 1 else "")
    if not any(page.characters for page in pages) or len(scanned) > 0.9 * len(pages):
        raise SourceError(f"the PDF ({count}) holds no text layer; it needs OCR first")
    text = _SURROGATE.sub("\ufffd", whole_characters("\n".join(paragraphs(pages))))
    if len(_MEANINGLESS.findall(text)) > _UNREADABLE * len(text):
        raise SourceError(f"the PDF ({count}) has fonts without a table of characters; it needs OCR first")
    return Decoded(text, "utf-8", notes=tuple(_missing(scanned)))


def whole_characters(text: str) -> str:
    """Return ``text`` with radicals and compatibility forms replaced by the characters they are drawn like.

    >>> whole_characters("\u2f42\u4ef6\u2ea0\u653f")
    '文件民政'
    """
    return _COMPATIBLE.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text.translate(_RADICALS))


def _missing(scanned: list[int]) -> Iterator[str]:
    if scanned:
        shown = ", ".join(map(str, scanned[:20])) + (", ..." if len(scanned) > 20 else "")
        yield f"no text layer on {len(scanned)} pages ({shown}); they need OCR"


def _open(data: bytes) -> PdfDocument:
    from pypdfium2 import PdfDocument, PdfiumError
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    try:
        document = PdfDocument(data)
        len(document)
    except PdfiumError as exc:
        if getattr(exc, "err_code", None) in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY):
            raise SourceError("the PDF is encrypted with a password; save it without one") from exc
        raise SourceError(f"the PDF is damaged or cut short ({brief(exc)}); fetch or save it again") from exc
    return document


def _page(document: PdfDocument, number: int) -> tuple[Page, bool]:
    """Return the lines of a page, and whether a picture stands on it. An unreadable page is an empty one."""
    from pypdfium2 import PdfiumError
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    try:
        page = document[number]
        text = page.get_textpage()
    except PdfiumError:
        return Page(0.0, ()), True
    lines = tuple(_lines(text.raw, min(text.count_chars(), _MAX_PAGE_CHARS)))
    height = page.get_height()
    few = sum(len(line.text) for line in lines) < _FEW
    picture = few and next(page.get_objects(filter=(FPDF_PAGEOBJ_IMAGE,), max_depth=3), None) is not None
    text.close()
    page.close()
    return Page(height, lines), picture


def _lines(text: Any, count: int) -> Iterator[Line]:
    """Yield the lines of a page in pdfium's order, cut at gaps as between columns; ``text`` is a raw handle."""
    from pypdfium2.raw import FS_RECTF, FPDFText_GetLooseCharBox, FPDFText_GetUnicode, FPDFText_IsGenerated

    run: list[tuple[str, float, float, float, float]] = []
    box = FS_RECTF()
    edge: float | None = None  # the right edge of the last visible character of the run
    height = 0.0
    for index in range(count):
        code = FPDFText_GetUnicode(text, index)
        char = chr(code) if code < 0x110000 else "\ufffd"
        if char == " " and FPDFText_IsGenerated(text, index):
            char = _SET_APART
        if char in "\r\n":
            yield from _line(run)
            run, edge, height = [], None, 0.0
        elif FPDFText_GetLooseCharBox(text, index, box):
            if not char.isspace():
                height = max(height, box.top - box.bottom)  # of the tallest: some boxes are no higher than their glyph
                wide = _COLUMN_GAP * height
                if edge is not None and not -wide < box.left - edge < wide:
                    yield from _line(run)
                    run = []
                edge = box.right
            run.append((char, box.left, box.right, box.bottom, box.top))
    yield from _line(run)


def _line(run: list[tuple[str, float, float, float, float]]) -> Iterator[Line]:
    solid = [item for item in run if not item[0].isspace()]
    if not solid:
        return
    widths = sorted(right - left for char, left, right, _, _ in solid if is_han(char))
    lows, highs = sorted(item[3] for item in solid), sorted(item[4] for item in solid)
    middle = len(solid) // 2
    yield Line(
        text=_spaced(run, widths[len(widths) // 2] if widths else 0.0),
        left=min(item[1] for item in solid),
        right=max(item[2] for item in solid),
        bottom=lows[middle],
        top=highs[middle],
        em=widths[len(widths) // 2] if widths else 0.0,
    )


def _spaced(run: list[tuple[str, float, float, float, float]], em: float) -> str:
    """Return the text of a line without the spaces that setting leaves between Chinese characters.

    Next to a letter or digit only a small distance that is no character of the file is such a space.
    """
    pieces: list[str] = []
    previous: tuple[str, float] = ("", 0.0)  # the last visible character and its right edge
    gap = ""
    for char, left, right, _, _ in run:
        if char.isspace():
            gap += char
            continue
        latin = char.isascii() + previous[0].isascii()
        distance = left - previous[1]
        narrow = distance < em if not latin else latin == 1 and not gap.strip(_SET_APART) and distance < em / 2
        if gap and previous[0] and not narrow:
            pieces.append(" ")
        pieces.append(char)
        previous, gap = (char, right), ""
    return "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
