"""Answers to the labelled questions, measured without a model: python eval/answer_scores.py --index DIR QUESTIONS ...

Prints one row a file and split: validity, recall and precision of the citations, key phrases found, shares of sentences
without a citation and of sentences that cite what does not support them, share of the unanswerable questions refused
and of the answerable ones refused wrongly. Questions with a `reference` answer get ROUGE-L and BLEU-1 to BLEU-4 on
jieba's words. A dash: nothing to measure it on.

Every question is asked twice and must get the same answer. With --llm NAME a model words the answers and they are asked
once; with --answers FILE nothing is asked: the file holds what `speechrag ask --questions --format json` printed, or
another program in that form, and --index gives the speeches that the quotes must stand in. The milliseconds of a p95
are then those of the clock, else those of the processor. With --curve the refusals are measured at nine thresholds as
well. Exits with 1 when a hard rule is broken: a citation that is not verbatim, an answer that changes, fewer refusals
than --refusal-floor, a p95 more than a fifth above --p95-base.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from speechrag.config import Settings, load_settings
from speechrag.engine import Engine
from speechrag.errors import EvaluationError, SpeechragError, UsageError
from speechrag.evaluation import overlap
from speechrag.evaluation.answers import (
    OF_ANSWERS,
    LabelledQuestion,
    TextOf,
    mean_scores,
    read_questions,
    score_answer,
)
from speechrag.evaluation.gate import invariants
from speechrag.evaluation.recorded import Recorded, Transcript

THRESHOLDS = tuple(n / 10 for n in range(1, 10))
COLUMNS = (*OF_ANSWERS, "refused", "false_refused", *overlap.NAMES, "p95_ms")
SPLITS = ("dev", "test")


def asked(engine: Engine, questions: Sequence[LabelledQuestion], llm: str = "") -> tuple[list[Recorded], int]:
    """Return the engine's answers and how many of them changed when asked again (0 with an LLM: asked once)."""
    clock = time.perf_counter if llm else time.process_time
    answers, changed = [], 0
    if not llm:
        engine.ask(questions[0].text)
    for question in questions:
        began = clock()
        answer = engine.ask(question.text, llm=llm)
        answers.append(Recorded(answer, clock() - began))
        changed += not llm and engine.ask(question.text) != answer
    return answers, changed


def measure(questions: Sequence[LabelledQuestion], answers: Sequence[Recorded], text_of: TextOf) -> dict[str, float]:
    """Return the mean of every column over the answers, each to the question at its place."""
    scores = [score_answer(question, own.answer, text_of) for question, own in zip(questions, answers, strict=True)]
    times = sorted(1000 * own.seconds for own in answers if own.seconds is not None)
    return mean_scores(scores) | {"p95_ms": times[int(0.95 * (len(times) - 1))] if times else math.nan}


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
    options = _options()
    try:
        broken = _measured(options)
    except SpeechragError as exc:
        sys.stderr.write(f"{exc}\n")
        return exc.exit_code
    for reason in broken:
        sys.stderr.write(f"broken: {reason}\n")
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--index", required=True)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--answers", metavar="FILE", type=Path, help="measure these recorded answers, ask nothing")
    source.add_argument("--llm", metavar="NAME", default="", help="answers worded by this model")
    source.add_argument("--curve", action="store_true")
    parser.add_argument("--split", choices=SPLITS, help="one half only")
    parser.add_argument("--refusal-floor", type=float, default=0.0, help="share of unanswerable questions to refuse")
    parser.add_argument("--p95-base", type=float, default=0.0, help="milliseconds of an earlier p95, taken likewise")
    return parser.parse_args()


def _measured(options: argparse.Namespace) -> list[str]:
    """Print the rows and return which hard rules they break."""
    groups = list(_groups(options.questions, options.split))
    transcript = Transcript(options.answers) if options.answers else None
    # The measured settings are those as shipped, except that a model has its own server.
    engine = Engine.open(options.index, load_settings() if options.llm else None)
    broken, notes = [], Counter[str]()
    _say("| questions | split | n | " + " | ".join(COLUMNS) + " |\n|" + "---|" * (len(COLUMNS) + 3))
    for name, split, questions in groups:
        if transcript:
            answers, changed = [transcript.answer(question) for question in questions], 0
        else:
            answers, changed = asked(engine, questions, options.llm)
        means = measure(questions, answers, _text_of(engine))
        row = " | ".join("-" if math.isnan(means[column]) else f"{means[column]:.3f}" for column in COLUMNS)
        _say(f"| {name} | {split} | {len(questions)} | {row} |")
        broken += _broken(means, options)
        broken += [f"{changed} answers changed when asked again"] if changed else []
        notes.update(note for own in answers for note in own.answer.notes)
        if options.curve:
            curve(options.index, questions)
    if any(question.reference for _, _, questions in groups for question in questions):
        _say(f"\nROUGE-L and BLEU on words of {overlap.dictionary()}")
    for note, count in notes.most_common() if options.llm or transcript else ():
        sys.stderr.write(f"note of {count} answers: {note}\n")
    return broken


def _groups(paths: Iterable[Path], wanted: str | None) -> Iterator[tuple[str, str, list[LabelledQuestion]]]:
    """Yield (file, split, its questions). Raises EvaluationError for a file without a question to measure."""
    for path in paths:
        every, splits = read_questions(path), (wanted,) if wanted else SPLITS
        found = [(path.stem, split, [question for question in every if question.split == split]) for split in splits]
        if not any(questions for _, _, questions in found):
            raise EvaluationError(f"{path}: no question of split {' or '.join(splits)}; choose another --split")
        yield from (group for group in found if group[2])


def _text_of(engine: Engine) -> TextOf:
    def text_of(speech_id: str) -> str:
        try:
            return engine.speech(speech_id).text
        except UsageError:  # a recorded answer may cite what this index does not hold: not valid
            return ""

    return text_of


def _broken(means: dict[str, float], options: argparse.Namespace) -> list[str]:
    return invariants(
        citation_validity=means["citation_validity"],
        refused=means["refused"],
        refusal_floor=options.refusal_floor,
        p95=means["p95_ms"],
        base_p95=options.p95_base,
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
