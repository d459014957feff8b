"""Cited answers measured without a model: citations, support, key phrases, refusals.

Citation recall and precision have the structure of ALCE (Gao et al. 2023), the deterministic ``check_sentence`` in
place of an entailment model; key phrases follow RGB (Chen et al. 2024): all of them, any of the ways to say each.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from speechrag.errors import EvaluationError
from speechrag.evaluation import overlap
from speechrag.evaluation.formats import numbered_lines
from speechrag.records import Answer, AnswerSentence, Citation
from speechrag.text import fold
from speechrag.writing.check import check_sentence
from speechrag.writing.figures import canonical

MOST_CITATIONS = 3  # of a sentence that count, as in ALCE

OF_ANSWERS = ("citation_validity", "citation_recall", "citation_precision", "nugget_recall", "uncited", "unsupported")

Found = TypeVar("Found")
TextOf = Callable[[str], str]  # speech id -> its cleaned text


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with its label; every entry of ``nuggets`` lists the ways to say one key phrase."""

    qid: str
    text: str
    kind: str
    answerable: bool
    nuggets: tuple[tuple[str, ...], ...]
    split: str
    reference: str = ""  # an answer somebody wrote, to compare wording with


@dataclass(frozen=True, slots=True)
class AnswerScore:
    """One answer, measured. Shares from 0 to 1; None where a refusal leaves nothing to measure."""

    qid: str
    answerable: bool
    refused: bool
    citation_validity: float | None
    citation_recall: float | None
    citation_precision: float | None
    nugget_recall: float | None  # 0 for an answerable question that was refused
    uncited: float | None  # share of sentences without a citation
    unsupported: float | None = None  # share of sentences that cite something which does not support them
    overlap: Mapping[str, float] | None = None  # wording shared with the reference; 0 for a refusal, None without one


def read_questions(path: str | Path) -> list[LabelledQuestion]:
    """Return the labelled questions of a file of JSON lines. Raises EvaluationError as ``read_rows`` does."""
    expected = "`qid`, `question`, `kind`, `answerable`, `answer`, `split`"
    return read_rows(Path(path), _question, "a labelled question", expected)


def read_rows(path: Path, read: Callable[[Mapping[str, Any]], Found], what: str, expected: str) -> list[Found]:
    """Return what ``read`` makes of every JSON line. Raises EvaluationError for one that does not fit, or for none."""
    found = []
    for number, line in numbered_lines(path):
        try:
            found.append(read(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
            raise EvaluationError(f"{path}:{number}: not {what}; expected {expected}") from exc
    if not found:
        raise EvaluationError(f"{path}: holds no line; expected {what} a line")
    return found


def _question(row: Mapping[str, Any]) -> LabelledQuestion:
    answer = row["answer"]
    if not isinstance(answer, list) or not isinstance(row["answerable"], bool):
        raise ValueError("no list of phrases")
    nuggets = tuple(tuple(str(phrase).split("|")) for phrase in answer)
    names = (str(row["qid"]), str(row["question"]), str(row["kind"]))
    return LabelledQuestion(*names, row["answerable"], nuggets, str(row["split"]), str(row.get("reference", "")))


def score_answer(question: LabelledQuestion, answer: Answer, text_of: TextOf) -> AnswerScore:
    """Return the measures of one answer to one question; ``text_of`` gives the speeches it cites."""
    refused = not answer.supported
    missed = 0.0 if question.answerable else None
    if refused:
        shared = dict.fromkeys(overlap.NAMES, 0.0) if question.reference else None
        return AnswerScore(question.qid, question.answerable, True, None, None, None, missed, None, None, shared)
    recall, precision = citation_scores(answer)
    uncited = sum(not sentence.citations for sentence in answer.sentences) / max(1, len(answer.sentences))
    return AnswerScore(
        question.qid,
        question.answerable,
        False,
        citation_validity(answer, text_of),
        recall,
        precision,
        nugget_recall(question.nuggets, answer.text) if question.answerable else None,
        uncited,
        # What is neither supported nor without a citation; kept from falling below 0 by rounding.
        max(0.0, 1 - recall - uncited) if answer.sentences else 0.0,
        overlap.overlap(answer.text, question.reference) if question.reference else None,
    )


def citation_validity(answer: Answer, text_of: TextOf) -> float:
    """Return the share of cited numbers that name a citation whose quote stands where it says; 1 for none cited."""
    valid = {c.number for c in answer.citations if text_of(c.speech_id)[c.start : c.end] == c.quote and c.quote}
    cited = [number for sentence in answer.sentences for number in sentence.citations]
    return sum(number in valid for number in cited) / len(cited) if cited else 1.0


def citation_scores(answer: Answer) -> tuple[float, float]:
    """Return citation recall and precision.

    Recall: the share of sentences that all their citations together support. Precision: the share of citations that
    are not wasted; one is wasted when its sentence is unsupported, or when it does not support the sentence by itself
    while the others do without it. No sentence gives 0, no citation gives precision 0.
    """
    quotes = {citation.number: citation for citation in answer.citations}
    judged = [_sentence_scores(sentence, quotes) for sentence in answer.sentences]
    used = [flag for _, flags in judged for flag in flags]
    recall = sum(supported for supported, _ in judged) / len(judged) if judged else 0.0
    return recall, sum(used) / len(used) if used else 0.0


def _sentence_scores(sentence: AnswerSentence, quotes: Mapping[int, Citation]) -> tuple[bool, list[bool]]:
    numbers = sentence.citations[:MOST_CITATIONS]
    texts = [quotes[number].quote if number in quotes else "" for number in numbers]
    if not any(texts) or not check_sentence(sentence.text, texts).supported:
        return False, [False] * len(numbers)
    return True, [_needed(sentence.text, texts, at) for at in range(len(texts))]


def _needed(sentence: str, texts: Sequence[str], at: int) -> bool:
    rest = [text for other, text in enumerate(texts) if other != at]
    alone = check_sentence(sentence, [texts[at]]).supported
    return bool(texts[at]) and (alone or not check_sentence(sentence, rest).supported)


def nugget_recall(nuggets: Sequence[Sequence[str]], text: str) -> float:
    """Return the share of key phrases said in ``text``, each in one of its ways; 1 where none is asked for."""
    return sum(any(_said(way, text) for way in ways) for ways in nuggets) / len(nuggets) if nuggets else 1.0


def _said(phrase: str, text: str) -> bool:
    """Tell whether the text has the phrase, as written or with figures in digits; 5人 is not in 15人."""
    bare, whole = re.sub(r"\s", "", fold(phrase)), re.sub(r"\s", "", fold(text))
    if bare in whole and not bare[:1].isdigit():
        return True
    return bool(re.search(rf"(?<![\d.]){re.escape(canonical(bare))}(?!\d)", canonical(whole)))


def mean_scores(scores: Iterable[AnswerScore]) -> dict[str, float]:
    """Return the means over the answers they apply to, with ``refused`` and ``false_refused``; NaN without any."""
    scores = list(scores)
    means = {name: _mean([v for s in scores if (v := getattr(s, name)) is not None]) for name in OF_ANSWERS}
    for name in overlap.NAMES:
        means[name] = _mean([s.overlap[name] for s in scores if s.overlap is not None])
    means["refused"] = _mean([float(s.refused) for s in scores if not s.answerable])
    means["false_refused"] = _mean([float(s.refused) for s in scores if s.answerable])
    return means


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan
