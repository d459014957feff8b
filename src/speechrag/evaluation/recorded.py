"""Answers as they were recorded: the JSON lines that ``speechrag ask --format json`` prints, or another program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speechrag.errors import EvaluationError
from speechrag.evaluation.answers import LabelledQuestion, read_rows
from speechrag.records import Answer, AnswerSentence, Citation

EXPECTED = (
    "`qid`, `question`, `supported`, `text`, `sentences`, `citations` as `speechrag ask --format json` prints them"
)
_TEXTS = ("passage_id", "speech_id", "source", "title", "quote")
_NUMBERS = ("number", "start", "end")


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer and the seconds it took; None where nobody measured them."""

    answer: Answer
    seconds: float | None = None


class Transcript:
    """The recorded answers of a file, found by the id and the wording of their question."""

    def __init__(self, path: str | Path) -> None:
        """Read the file. Raises EvaluationError for a line that is no answer, for two to one question, and for none."""
        self._path = Path(path)
        self._answers: dict[tuple[str, str], Recorded] = {}
        for qid, recorded in read_rows(self._path, _recorded, "a recorded answer", EXPECTED):
            key = (qid, recorded.answer.question.strip())
            if key in self._answers:
                raise EvaluationError(f"{path}: question {qid} is answered a second time; expected each once")
            self._answers[key] = recorded

    def answer(self, question: LabelledQuestion) -> Recorded:
        """Return the answer to a question. Raises EvaluationError where the file has none."""
        try:
            return self._answers[question.qid, question.text.strip()]
        except KeyError as exc:
            told = f"no answer to question {question.qid} ({question.text})"
            raise EvaluationError(f"{self._path}: {told}; record all that are measured, or choose --split") from exc


def _recorded(row: Mapping[str, Any]) -> tuple[str, Recorded]:
    if not isinstance(row["supported"], bool) or not isinstance(row["qid"], str | int):
        raise ValueError("no verdict or no id")
    answer = Answer(
        question=_text(row["question"]),
        supported=row["supported"],
        text=_text(row["text"]),
        sentences=tuple(_sentence(sentence) for sentence in row["sentences"]),
        citations=tuple(_citation(citation) for citation in row["citations"]),
        notes=tuple(_text(note) for note in row.get("notes", ())),
    )
    seconds = row.get("seconds")
    return str(row["qid"]), Recorded(answer, None if seconds is None else float(seconds))


def _sentence(row: Mapping[str, Any]) -> AnswerSentence:
    return AnswerSentence(_text(row["text"]), tuple(_number(number) for number in row["citations"]))


def _citation(row: Mapping[str, Any]) -> Citation:
    own = {name: _text(row[name]) for name in _TEXTS} | {name: _number(row[name]) for name in _NUMBERS}
    return Citation(**own)  # type: ignore[arg-type]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value
