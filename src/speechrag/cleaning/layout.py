"""Lines: wrapped, blank, stray and repeated ones. In cleaned text a paragraph is a line, and no line is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from speechrag.cleaning.edits import Edit
from speechrag.text import is_han

# Patterns over line ends begin with one, which the engine looks for fastest; white space before it is walked back.
_BREAK = re.compile(r"\n\s*")
_UNTIDY_BREAK = re.compile(r"\n(?:(?<=\s\n)|(?=\s))\s*")
_BLANK_BREAK = re.compile(r"\n\s*\n\s*")
_STRAY_MARKS = "[;；,，.。、:：·•|*_=-]{1,3}"
_STRAY = re.compile(_STRAY_MARKS)
_STRAY_LINE = re.compile(rf"\n[^\S\n]*{_STRAY_MARKS}[^\S\n]*(?=\n|\Z)")
_MARKER = re.compile(r"[_\-— ]{1,3}第 ?\d{1,3} ?页 ?$|[（(] ?\d{1,3} ?[/／] ?\d{1,3} ?[)）] ?$")
_ZERO_WIDTH_LINE = re.compile("\n[\u200b\u200c\u200d\ufeff]+\n")

_SENTENCE_END = "。！？!?；;：:…"
_CONTINUES = "，。、；：！？）》】”’…,;:!?)"
_OPENS = "《（“‘【(、"
_UNFINISHED = "，,的地得和与及或在对为以是把被将"  # ends no title
_NUMBERED = re.compile(
    r"[（(]?[一二三四五六七八九十百\d]{1,4}[、.．)）]|第[一二三四五六七八九十百\d]{1,4}[章节条篇部分，、]|[•·●■◆★※【—-]"
)
# A number or a counting word that stands alone in its line: on the page it was set in bold.
_BARE_NUMBER = re.compile(
    r"(?:^|(?<=[\n：；。]))[^\S\n]*(?:[一二三四五六七八九十]{1,3}(?:[是要]|[、.．])|第[一二三四五六七八九十]{1,2}|其[一二三四五六]|首先|其次|"
    r"\d{1,2}[、.．])[，,：:]?(?P<gap>[^\S\n]*\n\s*)(?=[“《]?[\u3400-\u9fff])"
)
_DATE = re.compile(r"[（(]?(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}(?!\d)日?.{0,20}")
_CLAUSE_END = re.compile("[，。；：,;:]")
_INDENT = re.compile("\t|[ \u3000\u00a0]{2}")

_HEAD_LINES = 15  # lines at the start of a document where the site repeats the title
_TITLE_LINES = 3  # of them the title is one; tables may follow, whose cells repeat each other
_TITLE = range(6, 61)
_WRAP_MIN = 20  # characters before a break that can be a wrap; a shorter line may be a heading or a signature
_CUT_MIN = 60  # the same for a line cut by a zero-width one
_BLANK_COUNT = 3  # blank lines at least, and
_BLANK_SHARE = 0.3  # of the breaks are blank lines in a text whose paragraphs are set apart by them


@dataclass(frozen=True, slots=True)
class _Break:
    """A line end with the white space around it, and the lines it stands between."""

    start: int
    end: int
    blank: bool
    before: str
    after: str
    indented: bool  # white space stands before ``after``, as where a paragraph begins


def join_cut_lines(text: str) -> list[Edit]:
    """Return the joins across lines that hold nothing but zero-width characters, where they cut a sentence.

    Such a line stands where the printed original turned a page.
    """
    edits: list[Edit] = []
    for match in _ZERO_WIDTH_LINE.finditer(text):
        line_start = text.rfind("\n", 0, match.start()) + 1
        before = text[line_start : match.start()]
        if len(before) >= _CUT_MIN and before[-1] not in _SENTENCE_END + "”）":
            edits.append(Edit(match.start(), match.end(), "", "line-join"))
    return edits


def join_bare_numbers(text: str) -> list[Edit]:
    """Return the joins of lines that hold a number or 一是 alone with the line behind them, which they count."""
    return [Edit(*match.span("gap"), "", "line-join") for match in _BARE_NUMBER.finditer(text)]


def join_wrapped_lines(text: str) -> list[Edit]:
    """Return the joins of single line breaks inside a paragraph, in texts that set paragraphs apart by blank lines.

    In other texts every break is a paragraph's end, and nothing is joined.
    """
    blank = sum(1 for _ in _BLANK_BREAK.finditer(text))
    if blank < _BLANK_COUNT:
        return []
    breaks = list(_breaks(text))
    blank = sum(b.blank for b in breaks)
    if not _BLANK_COUNT <= blank < len(breaks) or blank < _BLANK_SHARE * len(breaks):
        return []
    edits: list[Edit] = []
    length = 0  # of the paragraph so far, wrapped lines joined
    for line in breaks:
        length += len(line.before)
        if not line.blank and (_needs_join(line) or _is_wrap(line, length, first=line is breaks[0])):
            edits.append(Edit(line.start, line.end, "", "line-join"))
        else:
            length = 0
    return edits


def _needs_join(line: _Break) -> bool:
    return line.after[0] in _CONTINUES or line.before[-1] in _OPENS


def _is_wrap(line: _Break, length: int, *, first: bool) -> bool:
    """Tell whether a long line that ends in mid-sentence goes on: no indent, number or date opens the next one.

    The first line of a text goes on only where it ends as no title does.
    """
    goes_on = line.before[-1] in _UNFINISHED or (is_han(line.before[-1]) and not first)
    if not goes_on or length < _WRAP_MIN or line.indented or (length == len(line.before) and _is_heading(line)):
        return False
    return not _NUMBERED.match(line.after) and not _DATE.fullmatch(line.after)


def _is_heading(line: _Break) -> bool:
    """Tell whether a line that begins a paragraph is a heading above it, not the first of several wrapped lines.

    Wrapped lines are of about one width; the paragraph below a heading is longer than the heading.
    """
    if len(line.before) >= _TITLE.stop or line.before[-1] in _UNFINISHED or len(line.after) < 1.5 * len(line.before):
        return False
    return bool(_NUMBERED.match(line.before)) or not _CLAUSE_END.search(line.before)


def _breaks(text: str) -> Iterator[_Break]:
    spans = [(_before_space(text, m.start()), m.end()) for m in _BREAK.finditer(text)]
    spans = [(start, end) for start, end in spans if start > 0 and end < len(text)]
    position = 0
    for (start, end), (stop, _) in zip(spans, [*spans[1:], (len(text), 0)], strict=True):
        white = text[start:end]
        indented = bool(_INDENT.search(white, white.rindex("\n")))
        yield _Break(start, end, white.count("\n") > 1, text[position:start], text[end:stop], indented)
        position = end


def _before_space(text: str, position: int) -> int:
    """Return where the white space that ends at ``position`` begins."""
    while position and text[position - 1].isspace():
        position -= 1
    return position


def drop_stray_lines(text: str) -> list[Edit]:
    """Return the removal of lines that hold only a mark or two and do not go on with the sentence before them."""
    if not _STRAY_LINE.search(text) and not _STRAY.fullmatch(text.partition("\n")[0].strip()):
        return []
    edits: list[Edit] = []
    last = "。"
    for start, end in _lines(text):
        line = text[start:end].strip()
        if line and _STRAY.fullmatch(line) and last in _SENTENCE_END + "”）":
            edits.append(Edit(start, min(end + 1, len(text)), "", "stray-mark"))
        elif line:
            last = line[-1]
    return edits


def drop_page_markers(text: str) -> list[Edit]:
    """Return the removal of "_第2页" from the title and from the lines below it in which a site repeats the title."""
    edits: list[Edit] = []
    titles: set[str] = set()
    for number, (start, end) in enumerate(_head(text)):
        marker = _MARKER.search(text, start, end)
        stem = text[start : marker.start() if marker else end].strip()
        if number < _TITLE_LINES:
            titles.add(stem)
        if marker and stem in titles and marker.start() - start in _TITLE:
            edits.append(Edit(marker.start(), end, "", "page-marker"))
    return edits


def drop_repeated_titles(text: str) -> list[Edit]:
    """Return the removal of a line at the start of a document that says the same as the title above it."""
    edits: list[Edit] = []
    titles: set[str] = set()
    last = ""
    for number, (start, end) in enumerate(_head(text)):
        line = text[start:end].strip()
        if number < _TITLE_LINES and len(line) in _TITLE and line[-1] not in _SENTENCE_END:
            titles.add(line)
        if line == last and line in titles:
            edits.append(Edit(start, min(end + 1, len(text)), "", "repeated-title"))
        last = line
    return edits


def normalise_lines(text: str) -> list[Edit]:
    """Return white space around line ends reduced to one line end, and none at the ends of the text."""
    first = len(text) - len(text.lstrip())
    last = len(text.rstrip())
    edits = [Edit(0, first, "", "line")] if first else []
    for match in _UNTIDY_BREAK.finditer(text, first, last):
        edits.append(Edit(_before_space(text, match.start()), match.end(), "\n", "line"))
    return edits + ([Edit(last, len(text), "", "line")] if first < last < len(text) else [])


def _head(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in _lines(text):
        if text[start:end].strip():
            found.append((start, end))
        if len(found) == _HEAD_LINES:
            break
    return found


def _lines(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        yield position, end
        position = end + 1
