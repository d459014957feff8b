"""Joining the channels: a weighted sum of scores brought to a common scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Ranked = Sequence[tuple[int, float]]  # (ordinal, score), best first


def scaled(channel: Ranked) -> dict[int, float]:
    """Return ordinal -> score divided by the best score of the channel; empty for an empty channel.

    Dividing by the best keeps the *shape* of the channel (how far ahead the first is), which rank fusion throws away;
    on formulaic text a weak encoder then cannot drag down a clear lexical winner.
    """
    best = max((score for _, score in channel), default=0.0)
    return {ordinal: max(0.0, score) / best for ordinal, score in channel} if best > 0 else {}


def fuse(
    lexical: Ranked,
    cosines: Mapping[int, float],
    dense_weight: float,
    expansion: Ranked = (),
    expansion_weight: float = 0.0,
) -> list[tuple[int, float]]:
    """Return (ordinal, score in 0..1), best first, ties by ordinal.

    ``cosines`` holds the dense score of every candidate (those of the lexical channel too), so a passage is never
    punished for missing the dense top list. With no lexical match at all the cosines decide alone. ``expansion``, what
    was found for other words than the query's own, adds its share to the lexical one.
    """
    share, more = scaled(lexical), scaled(expansion)
    weight = dense_weight if share or more else 1.0
    if more:
        whole = 1.0 + expansion_weight
        share = {o: (share.get(o, 0.0) + expansion_weight * more.get(o, 0.0)) / whole for o in {*share, *more}}
    fused = [
        (-(1.0 - weight) * share.get(ordinal, 0.0) - weight * max(0.0, cosines.get(ordinal, 0.0)), ordinal)
        for ordinal in {*share, *cosines}
    ]
    return [(ordinal, -score) for score, ordinal in sorted(fused)]
