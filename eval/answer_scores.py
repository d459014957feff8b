"""Answers to the labelled questions, measured without a model: python eval/answer_scores.py --index DIR QUESTIONS ...

Prints one row a file and split: validity, recall and precision of the citations, key phrases found, share of the
unanswerable questions refused and of the answerable ones refused wrongly. Every question is asked twice and must get
the same answer. With --curve the refusals are measured at nine thresholds as well. Exits with 1 when a hard rule is
broken: a citation that is not verbatim, an answer that changes, fewer refusals than --refusal-floor, a p95 more than a
fifth above --p95-base.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.evaluation.answers import LabelledQuestion, mean_scores, read_questions, score_answer
from speechrag.evaluation.gate import invariants

THRESHOLDS = tuple(n / 10 for n in range(1, 10))
COLUMNS = (
    "citation_validity", "citation_recall", "citation_precision", "nugget_recall", "uncited",
    "refused", "false_refused", "p95_ms",
)  # fmt: skip


def measure(engine: Engine, questions: Sequence[LabelledQuestion]) -> tuple[dict[str, float], int]:
    """Return the means and how many answers changed when asked again."""
    scores, changed, times = [], 0, []
    engine.ask(questions[0].text)
    for question in questions:
        began = time.process_time()
        answer = engine.ask(question.text)
        times.append(1000 * (time.process_time() - began))
        changed += engine.ask(question.text) != answer
        scores.append(score_answer(question, answer, lambda speech_id: engine.speech(speech_id).text))
    return mean_scores(scores) | {"p95_ms": sorted(times)[int(0.95 * (len(times) - 1))]}, changed


def curve(index: str, questions: Sequence[LabelledQuestion]) -> None:
    _say("\n| threshold | unanswerable refused | answerable refused |\n|---|---|---|")
    for threshold in THRESHOLDS:
        engine = Engine.open(index, replace(Settings(), refusal_threshold=threshold))
        refused = {q.qid: not engine.ask(q.text).supported for q in questions}
        shares = []
        for kind in (False, True):
            own = [refused[q.qid] for q in questions if q.answerable is kind]
            shares.append(sum(own) / max(1, len(own)))
        _say(f"| {threshold:.1f} | {shares[0]:.3f} | {shares[1]:.3f} |")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--index", required=True)
    parser.add_argument("--split", choices=("dev", "test"), help="one half only")
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--refusal-floor", type=float, default=0.0, help="share of unanswerable questions to refuse")
    parser.add_argument("--p95-base", type=float, default=0.0, help="processor milliseconds of an earlier p95")
    options = parser.parse_args()
    engine, broken = Engine.open(options.index), []
    _say("| questions | split | n | " + " | ".join(COLUMNS) + " |\n|" + "---|" * (len(COLUMNS) + 3))
    for path in options.questions:
        every = read_questions(path)
        for split in (options.split,) if options.split else ("dev", "test"):
            questions = [question for question in every if question.split == split]
            if not questions:
                continue
            means, changed = measure(engine, questions)
            row = " | ".join(f"{means[name]:.3f}" for name in COLUMNS)
            _say(f"| {path.stem} | {split} | {len(questions)} | {row} |")
            broken += invariants(
                citation_validity=means["citation_validity"],
                refused=means["refused"],
                refusal_floor=options.refusal_floor,
                p95=means["p95_ms"],
                base_p95=options.p95_base,
            )
            broken += [f"{changed} answers changed when asked again"] if changed else []
            if options.curve:
                curve(options.index, questions)
    for reason in broken:
        sys.stderr.write(f"broken: {reason}\n")
    return 1 if broken else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
