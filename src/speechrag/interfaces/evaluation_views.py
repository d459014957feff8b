"""An evaluation as the page wants it: figures with their names, curves as points, questions with places to open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from speechrag.errors import SpeechragError
from speechrag.evaluation.page import LEAKS, MEASURES, SIGNIFICANT, SLICES
from speechrag.evaluation.records import Qrel
from speechrag.interfaces import views

if TYPE_CHECKING:
    from speechrag.engine import Engine

PLACES = 3  # shown of what would answer a question
COLUMNS = ("nDCG@10", "RR@10", "R@10", "R@100")  # of a question


def evaluation_view(report: Mapping[str, Any], qrels: Sequence[Qrel], engine: Engine) -> views.View:
    """Return the report that ``speechrag evaluate --format json`` prints, for the page; the worst question first."""
    columns = [name for name in COLUMNS if name in report["measures"]]
    return {
        "queries": report["queries"],
        "measures": [_measure(name, report) for name in report["measures"]],
        "slices": [_slice(name, part) for name, part in report["slices"].items()],
        "recall": [[int(cutoff), value] for cutoff, value in report["recall_curve"].items()],
        "refusal": _refusal(report["refusal"]),
        "leaks": [[told, report["leaks"][key]] for key, told in LEAKS.items() if key in report["leaks"]],
        "smallest": report["power"].get("smallest", 0.0),
        "latency": report["latency"],
        "columns": columns,
        "questions": _questions(report, columns, qrels, engine),
    }


def _measure(name: str, report: Mapping[str, Any]) -> views.View:
    low, high = report["intervals"][name]
    found = (report["comparison"] or {}).get(name)
    against = found and {
        "baseline": found["baseline"],
        "difference": found["difference"],
        "low": found["ci_low"],
        "high": found["ci_high"],
        "significant": found["p_holm"] < SIGNIFICANT,
    }
    meaning = MEASURES.get(name, "")
    return {
        "name": name,
        "meaning": meaning,
        "value": report["measures"][name],
        "low": low,
        "high": high,
        **(against or {}),
    }


def _slice(name: str, part: Mapping[str, Any]) -> views.View:
    low, high = part["interval"]
    value = next(iter(part["measures"].values()))
    return {"label": SLICES.get(name, name), "queries": part["queries"], "value": value, "low": low, "high": high}


def _refusal(refusal: Mapping[str, Any] | None) -> views.View | None:
    if not refusal:
        return None
    curve = [[p["threshold"], p["unanswerable_refused"], p["answerable_refused"]] for p in refusal["curve"]]
    return {**{key: refusal[key] for key in ("answerable", "unanswerable", "auc")}, "curve": curve}


def _questions(
    report: Mapping[str, Any], columns: Sequence[str], qrels: Sequence[Qrel], engine: Engine
) -> list[views.View]:
    ordered = sorted((qrel for qrel in qrels if qrel.relevance > 0), key=lambda qrel: (qrel.query_id, qrel.doc_id))
    relevant = {key: [qrel.doc_id for qrel in group] for key, group in groupby(ordered, lambda qrel: qrel.query_id)}
    found = [
        {
            "id": query_id,
            "text": report["topics"].get(query_id, ""),
            "values": [values[name] for name in columns],
            "places": _places(relevant.get(query_id, ()), engine),
        }
        for query_id, values in report["per_query"].items()
    ]
    return sorted(found, key=lambda row: (row["values"], row["id"]))


def _places(doc_ids: Sequence[str], engine: Engine) -> list[views.View]:
    """Return the first places that answer a question, as far as this index holds them."""
    found = []
    for doc_id in doc_ids[:PLACES]:
        try:
            passage = engine.passage(doc_id)
            speech = engine.speech(passage.speech_id)
            found.append({**views.place_view(passage, speech), "text": ""})
        except (SpeechragError, KeyError):
            continue  # judged in a collection of its own
    return found
