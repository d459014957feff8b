"""Which known themes a brief's theme belongs to, and the words by which speeches on it are known."""

from __future__ import annotations

import re

from speechrag.text import bigrams, segmenter, unique
from speechrag.writing.outlines.genre import Theme, by_length, genre, themes

# An act that a theme ends with: 大工委 is what 大工委创建 is about.
_ACT = re.compile(
    r"(?:专项)?(?:创建|建设|管理|推广|治理|整治|保护|化解|攻坚|提升|斗争|行动|大检查|试点|改革|突出问题化解|工程|活动|维护|应用|整合)$"
)
# Words of a theme that every other theme has too.
WEAK = frozenset(
    ["工作", "建设", "管理", "服务", "安全", "信息", "网络", "发展", "推进", "活动", "整治", "问题", "社会", "会议"]
)


def rows_by_name(theme: str) -> tuple[Theme, ...]:
    """Return the themes named in ``theme``; a longer name hides a shorter one inside it (信息安全 hides 安全)."""
    spots: list[tuple[int, int, Theme]] = []
    masked = {row: _masked(theme, row) for row in themes()}
    names = sorted(((name, row) for row in themes() for name in row.names), key=lambda pair: (-len(pair[0]), pair[0]))
    for name, row in names:
        start = masked[row].find(name)
        if start >= 0 and not any(a < start + len(name) and start < b for a, b, _ in spots):
            spots.append((start, start + len(name), row))
    return tuple(dict.fromkeys(row for _, _, row in sorted(spots, key=lambda spot: spot[0])))


def rows_by_matter(theme: str) -> tuple[tuple[Theme, ...], str]:
    """Return the field that a theme without a known name is a matter of, and the term that tells so.

    流动人口管理 is a matter of 综治: 流动人口 is a term of that field and of no other. The term is "" where the theme
    is another way to name the field (``Theme.also``). No field and "" where nothing tells.
    """
    named = ((name, row) for row in themes() for name in row.also if name in _masked(theme, row))
    best = max(named, key=lambda pair: (len(pair[0]), pair[0]), default=None)
    if best is not None:
        return (best[1],), ""
    fields: dict[str, list[Theme]] = {}
    for row in themes():
        for term in row.terms:
            if term in _masked(theme, row) and term not in WEAK and term not in genre().common:
                fields.setdefault(term, []).append(row)
    telling = sorted((term for term, rows in fields.items() if len(rows) == 1), key=lambda term: (-len(term), term))
    return (tuple(fields[telling[0]]), telling[0]) if telling else ((), "")


def other_names(own: tuple[Theme, ...], brief: str) -> tuple[str, ...]:
    """Return the names of the known themes that are none of ``own`` and do not stand in ``brief``."""
    known = "|".join((brief, *(name for row in own for name in row.names)))
    return tuple(name for row in themes() if row not in own for name in row.names if name not in known)


def _masked(theme: str, row: Theme) -> str:
    """Return ``theme`` with what only looks like a name of ``row`` blotted out, at the same length."""
    return re.sub(by_length(row.decoys), lambda m: "|" * len(m[0]), theme) if row.decoys else theme


def parts_of(theme: str) -> list[str]:
    """Return what a theme is made of: 春耕生产 and 人居环境整治 of 春耕生产暨人居环境整治."""
    return [part for part in re.split(r"[与和及暨、·]", theme) if len(part) >= 2]


def own_words(theme: str, rows: tuple[Theme, ...]) -> tuple[str, ...]:
    """Return the words of a theme that tell it from others, and its other names; of a wide row those akin to it."""
    cutter = segmenter("jieba")
    words = [word for part in parts_of(theme) for word in cutter.cut(part) if len(word) >= 2]
    pairs = set(bigrams(theme))
    names = (name for row in rows for name in row.names if not row.wide or pairs & set(bigrams(name)))
    return tuple(unique([*(word for word in words if word not in WEAK), *names]))


def vocabulary(theme: str, rows: tuple[Theme, ...], own: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names and the terms of the theme: its own words first, then those of the themes it belongs to."""
    # 信访 is what 矛盾纠纷 is called too. In a wide field a short name (卫生, 民政) is that of another matter, and one
    # that has to be told from other words (教育 from 主题教育) says little alone.
    plain = [row for row in rows if not (row.wide or row.decoys)]
    known = [name for row in rows for name in row.names if len(name) >= 3 or name in theme or row in plain]
    bare = _ACT.sub("", theme)
    head = [bare] if len(bare) >= 3 and not rows else []
    names = unique([theme, *head, *(part for part in parts_of(theme) if len(part) >= 3 or not rows), *known])
    terms = unique([*own, *(term for row in rows for term in row.terms)])
    return tuple(name for name in names if name), tuple(term for term in terms if term not in names)
