"""Saved web pages: the main text as lines, the site's own parts left out. lxml only; the walk is iterative."""

from __future__ import annotations

import re
from typing import Any

from speechrag.errors import SourceError
from speechrag.sources.encoding import Decoded, decode

# fmt: off
_DROPPED = frozenset((
    "script", "style", "noscript", "template", "head", "iframe", "object", "embed", "svg", "canvas", "form",
    "button", "select", "textarea", "input", "nav", "footer", "aside", "header", "menu", "video", "audio", "map",
))
_BLOCKS = frozenset((
    "address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figure",
    "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "main", "ol", "p", "pre", "section", "table",
    "tbody", "td", "th", "thead", "tr", "ul", "br",
))
# fmt: on
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_LITTER = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|menu|breadcrumb|crumbs|footer|foot|copyright|sidebar|side|share|comment|comments|related|"
    r"recommend|advert|ads?|pager|pagination|toolbar|search|login|qrcode)(?:$|[-_\s])",
    re.I,
)
_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,20})""", re.I)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_CELL = 60  # characters of a cell of a table of figures or names
_GB = {"gb2312", "gbk", "gb_2312-80", "gb18030"}


def read_html(data: bytes) -> Decoded:
    """Return the main text of a page, a paragraph a line, title first. Raises SourceError for an unreadable page."""
    page = decode(data, declared_charset(data))
    return Decoded(extract(page.text), page.encoding, page.lost)


def declared_charset(data: bytes) -> str:
    """Return the charset a page names in its first bytes; the GB family as its superset, empty when it names none."""
    match = _CHARSET.search(data[:4096])
    name = match[1].decode("ascii").lower() if match else ""
    return "gb18030" if name in _GB else "big5hkscs" if name in {"big5", "big5-hkscs"} else name


def extract(page: str) -> str:
    """Return the main text of ``page``."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(page.encode("utf-8", "replace"), parser)
    except etree.LxmlError as exc:
        raise SourceError(f"not a readable web page ({exc})") from exc
    if root is None:
        raise SourceError("the web page holds no text")
    lines = _lines(_main(root))
    title = _title(root)
    if title and not any(title == line or (line in title and len(line) >= 6) for line in lines[:5]):
        lines.insert(0, title)
    return "\n".join(lines)


def _title(root: Any) -> str:
    """Return the page's title without the site's name behind it."""
    found = root.find(".//title")
    title = _SPACE.sub(" ", "".join(found.itertext())).strip() if found is not None else ""
    title = re.split(r"\s*[_|]\s*|\s+[-–—]+\s*", title)[0].strip()
    return _before_site_name(root, title) if "-" in title else title


def _before_site_name(root: Any, title: str) -> str:
    """Return what stands before the last "-" of ``title`` where the page shows just that as a line of its own."""
    page_title = title.rpartition("-")[0].strip()
    shown = ((node.text or "").strip() for node in root.iter("h1", "h2", "h3", "div", "p", "td", "span", "strong"))
    return page_title if page_title and page_title in shown else title


def _main(root: Any) -> Any:
    """Return the element with the body of the text: the deepest that still holds most of the paragraphs' text."""
    weights = _weights(root)
    node = root
    total = weights.get(node, 0)
    while True:
        heaviest = max((child for child in node if _kept(child)), key=lambda child: weights.get(child, 0), default=None)
        if heaviest is None or heaviest.tag in ("p", "br") or weights.get(heaviest, 0) < 0.8 * total:
            return node
        node = heaviest


def _weights(root: Any) -> dict[Any, int]:
    """Return for each element how much text stands in it outside links."""
    weights: dict[Any, int] = {}
    for event, node in _events(root):
        if event == "start":
            weights[node] = 0 if node.tag == "a" else len((node.text or "").strip())
        else:
            parent = node.getparent()
            if parent is not None and parent in weights:
                weights[parent] += weights[node] + len((node.tail or "").strip())
    return weights


def _events(root: Any) -> Any:
    """Yield ("start", element) and ("end", element) for everything kept, in order, without recursion."""
    if not _kept(root):
        return
    stack: list[tuple[Any, Any]] = [(root, iter(root))]
    yield "start", root
    while stack:
        node, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "end", node
        elif _kept(child):
            yield "start", child
            stack.append((child, iter(child)))
        elif child.tail and child.tail.strip():
            yield "tail", child


def _kept(node: Any) -> bool:
    if not isinstance(node.tag, str) or node.tag in _DROPPED:
        return False
    if node.get("hidden") is not None or node.get("aria-hidden") == "true" or _HIDDEN.search(node.get("style") or ""):
        return False
    if node.tag in ("body", "html", "article", "main"):
        return True
    return not _LITTER.search(f"{node.get('id') or ''} {node.get('class') or ''}")


def _lines(main: Any) -> list[str]:
    """Return the text of ``main`` a block a line; the short cells of a row stand on one line with tabs between them."""
    pieces: list[str] = []
    for event, node in _events(main):
        if event == "start":
            if node.tag in _BLOCKS and not _beside(node.getprevious(), node):
                pieces.append("\n")
            pieces.append(_SPACE.sub(" ", node.text or ""))
        elif event == "end" and _beside(node, node.getnext()):
            pieces.append("\t")  # what stands between two cells is no text
        else:
            if event == "end" and node.tag in _BLOCKS:
                pieces.append("\n")
            if node is not main:
                pieces.append(_SPACE.sub(" ", node.tail or ""))
    lines = (line.strip(" \u3000\u00a0") for line in "".join(pieces).split("\n"))
    return [line for line in lines if line.strip()]


def _beside(left: Any, right: Any) -> bool:
    """Tell whether two neighbours are cells of a table of figures or names, not of one that lays out a page."""
    return _is_short_cell(left) and _is_short_cell(right)


def _is_short_cell(node: Any) -> bool:
    if node is None or node.tag not in ("td", "th") or not _kept(node):
        return False
    length = 0
    for inner in node.iter():
        length += len(inner.text or "") + (len(inner.tail or "") if inner is not node else 0)
        if length > _CELL or (inner is not node and inner.tag in _BLOCKS):
            return False
    return True
