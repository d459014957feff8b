"""Searches that bring mostly what does not answer, to see what an answerer makes of them (RGB, Chen et al. 2024)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from speechrag.records import Hit

SHOWN = 5  # passages, as in RGB
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def mixed(hits: Sequence[Hit], answers: Callable[[Hit], bool], share: float, shown: int = SHOWN) -> list[Hit]:
    """Return at most ``shown`` of ``hits``, ``share`` (0..1) of the places for such as do not answer.

    Places of answering passages stay empty where there are too few. The order, and with it what looks best to the
    search, is kept; ranks are numbered anew from 1.
    """
    noise = round(share * shown)
    places = {True: shown - noise, False: noise}
    kept: list[Hit] = []
    for hit in hits:
        told = answers(hit)
        if places[told]:
            places[told] -= 1
            kept.append(replace(hit, rank=len(kept) + 1))
    return kept
