"""Small plots as SVG text: bars, curves, differences. Colours come from the page's style, nothing from outside."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from speechrag.evaluation.markup import shown

WIDTH = 720  # units of the drawing; the page shows one unit as one pixel where there is room
LABELS = 210  # left of the bars
ROW = 30
HEIGHT = 300
LEFT, RIGHT, TOP, BOTTOM = 52, 20, 30, 46
_WIDE_CHAR, _NARROW_CHAR = 13.5, 7.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, value (0..1), interval and a remark shown beside the label."""

    label: str
    value: float
    low: float
    high: float
    remark: str


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its name, and points (x, y) by x ascending, y from 0 to 1."""

    name: str
    points: Sequence[tuple[float, float]]
    style: str  # the class that colours it


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}">{shown(text)}</text>'


def _rule(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    ends = f'x1="{_number(x1)}" y1="{_number(y1)}" x2="{_number(x2)}" y2="{_number(y2)}"'
    return f'<line class="{kind}" {ends}/>'


def _box(x: float, y: float, width: float, height: float, kind: str, title: str = "") -> str:
    told = f"<title>{shown(title)}</title>" if title else ""
    size = f'width="{_number(max(0.0, width))}" height="{_number(max(0.0, height))}"'
    return f'<rect class="{kind}" x="{_number(x)}" y="{_number(y)}" {size}>{told}</rect>'


def _svg(height: float, parts: Sequence[str], name: str) -> str:
    head = f'<svg viewBox="0 0 {WIDTH} {_number(height)}" role="img" aria-label="{shown(name)}">'
    return head + "".join(parts) + "</svg>"


def clipped(text: str, room: float) -> str:
    """Return ``text`` cut to what fits into ``room`` units of the plot's type."""
    used = 0.0
    for at, char in enumerate(text):
        used += _WIDE_CHAR if ord(char) > 0x2E7F else _NARROW_CHAR
        if used > room:
            return text[: max(0, at - 1)] + "…"
    return text


def bars(rows: Sequence[Bar], name: str) -> str:
    """Return horizontal bars from 0 to 1 with their intervals as whiskers."""
    right = WIDTH - 120
    height = ROW * len(rows) + 34

    def at(value: float) -> float:
        return LABELS + (right - LABELS) * min(1.0, max(0.0, value))

    parts = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        parts.append(_rule(at(tick), 4, at(tick), height - 26, "grid"))
        parts.append(_text(at(tick), height - 8, f"{tick:g}", "quiet", "middle"))
    for number, bar in enumerate(rows):
        middle = number * ROW + ROW / 2 + 4
        told = f"{bar.label}：{bar.value:.4f}（{bar.low:.4f} 至 {bar.high:.4f}），{bar.remark}"
        parts.append(_text(LABELS - 10, middle + 5, clipped(bar.label, LABELS - 16), "", "end"))
        parts.append(_box(LABELS, middle - 8, at(bar.value) - LABELS, 16, "bar", told))
        parts.append(_rule(at(bar.low), middle, at(bar.high), middle, "whisker"))
        parts += [_rule(at(end), middle - 4, at(end), middle + 4, "whisker") for end in (bar.low, bar.high)]
        parts.append(_text(right + 10, middle + 5, f"{bar.value:.3f}"))
        parts.append(_text(WIDTH - 2, middle + 5, bar.remark, "quiet", "end"))
    return _svg(height, parts, name)


def curves(
    lines: Sequence[Line], name: str, *, across: str, up: str, ticks: Sequence[float], logarithmic: bool = False
) -> str:
    """Return curves over one axis whose marks are ``ticks``; the first and the last of them bound it."""
    scale: Callable[[float], float] = math.log if logarithmic else float
    first, span = scale(ticks[0]), scale(ticks[-1]) - scale(ticks[0])
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT

    def x(value: float) -> float:
        return LEFT + (right - LEFT) * (scale(value) - first) / span

    def y(value: float) -> float:
        return TOP + (bottom - TOP) * (1 - value)

    parts = []
    for level in (0, 0.25, 0.5, 0.75, 1):
        parts += [
            _rule(LEFT, y(level), right, y(level), "grid"),
            _text(LEFT - 8, y(level) + 5, f"{level:g}", "quiet", "end"),
        ]
    parts += [_text(x(tick), bottom + 19, f"{tick:g}", "quiet", "middle") for tick in ticks]
    parts += [_text(right, HEIGHT - 6, across, "quiet", "end"), _text(LEFT, 14, up, "quiet")]
    for line in lines:
        path = " ".join(f"{_number(x(a))},{_number(y(b))}" for a, b in line.points)
        parts.append(f'<polyline class="line {line.style}" points="{path}"/>')
        if len(line.points) <= 12:
            parts += [_dot(x(a), y(b), f"{a:g}：{b:.4f}", line.style) for a, b in line.points]
    return _svg(HEIGHT, parts, name)


def _dot(x: float, y: float, told: str, style: str) -> str:
    title = f"<title>{shown(told)}</title>"
    return f'<circle class="dot {style}" cx="{_number(x)}" cy="{_number(y)}" r="3.5">{title}</circle>'


def differences(values: Sequence[tuple[str, float]], name: str) -> str:
    """Return one thin bar for each (query, difference), greatest gain first, around a line at 0."""
    ordered = sorted(values, key=lambda pair: (-pair[1], pair[0]))
    bottom, right = HEIGHT - 24, WIDTH - RIGHT
    reach = max([abs(value) for _, value in ordered] + [0.05])
    middle = (TOP + bottom) / 2
    step = (right - LEFT) / len(ordered)
    parts = []
    for level in (reach, reach / 2, 0, -reach / 2, -reach):
        at = middle - level / reach * (bottom - TOP) / 2
        parts.append(_rule(LEFT, at, right, at, "axis" if level == 0 else "grid"))
        parts.append(_text(LEFT - 8, at + 5, f"{level:+.2f}" if level else "0", "quiet", "end"))
    for number, (query, value) in enumerate(ordered):
        size = abs(value) / reach * (bottom - TOP) / 2
        top = middle - size if value > 0 else middle
        kind = "gain" if value > 0 else "loss"
        parts.append(_box(LEFT + number * step, top, max(0.6, step * 0.8), size, kind, f"{query}：{value:+.4f}"))
    return _svg(HEIGHT, parts, name)
