"""Answer questions with citations."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.interfaces.commands.common import (
    open_engine,
    parse_filters,
    print_json,
    read_inputs,
    read_lines,
    writing_options,
)

if TYPE_CHECKING:
    from speechrag.engine import Engine
    from speechrag.records import Answer

SUMMARY = "answer a question with citations"
EXAMPLE = "speechrag ask 重大信息多久内要上报"
READ_ON = 3  # sentences; more are a list


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION", nargs="?", help="what to answer")
    parser.add_argument("--questions", metavar="FILE", help='JSON lines {"qid", "question"}')
    parser.add_argument("--history", metavar="FILE", help="the questions asked before, one a line, oldest first")
    writing_options(parser, "text", "json")


def run(options: argparse.Namespace) -> int:
    import time
    from dataclasses import asdict

    filters = parse_filters(options.filter)
    questions = list(read_inputs(options.question, options.questions, "qid", "question"))
    history = [line.strip() for line in read_lines(Path(options.history)) if line.strip()] if options.history else []
    engine, _ = open_engine(options)
    for qid, text in questions:
        began = time.perf_counter()
        answer = engine.ask(text, filters, options.llm or "", history, suggest=options.questions is None)
        for note in answer.notes:
            print(f"note: {note}", file=sys.stderr)
        if options.format == "json":
            print_json({"qid": qid, **asdict(answer), "seconds": round(time.perf_counter() - began, 4)})
            continue
        print(answer_text(engine, answer))
    return 0


def answer_text(engine: Engine, answer: Answer) -> str:
    """Return an answer as people read it on a terminal: sentences with marks by speech, then the sources."""
    if not answer.supported:
        near = [engine.passage(p) for p in answer.nearest[:3]]
        places = [f"  - {engine.speech(p.speech_id).title} › {' › '.join(p.headings) or p.text[:24]}" for p in near]
        return "\n".join([answer.text, *(["相近但不足以回答：", *places] if places else [])])
    lines = [*_paragraphs(answer), "", "依据：", *_sources(answer)]
    if answer.suggestions:
        lines += ["", "还可以问：", *(f"  - {question}" for question in answer.suggestions)]
    return "\n".join(lines)


def _sources(answer: Answer) -> list[str]:
    """Return the places cited, one line each, with the numbers of all sentences that stand there."""
    from itertools import groupby

    lines = []
    for (title, headings, source), group in groupby(answer.citations, lambda c: (c.title, c.headings, c.source)):
        cited = list(group)
        numbers = f"[{cited[0].number}]" + (f"–[{cited[-1].number}]" if cited[1:] else "")
        most = max(c.copies for c in cited)
        copies = f"，另有{most}份" if most else ""
        lines.append(f"  {numbers} {' › '.join((title, *headings))}（{source}{copies}）")
    return lines


def _paragraphs(answer: Answer) -> list[str]:
    """Return the sentences with their marks: a few of one speech read on, a longer answer stands line by line.

    The lines of a longer answer from several speeches stand under the title of each.
    """
    from speechrag.writing.answer import closing_mark

    cited = {c.number: c for c in answer.citations}
    long = len(answer.sentences) > READ_ON
    titled = long and len({c.speech_id for c in answer.citations}) > 1
    paragraphs: list[str] = []
    before = ""
    for place, s in enumerate(answer.sentences, 1):
        marks = "".join(f"[{n}]" for n in s.citations)
        said = f"{s.text}{marks}{closing_mark(s.text, last=place == len(answer.sentences))}"
        source = cited.get(s.citations[0]) if s.citations else None
        speech = source.speech_id if source else before
        if source and titled and speech != before:
            paragraphs.append(f"《{source.title}》：")
        if paragraphs and speech == before and not long:
            paragraphs[-1] += said
        else:
            paragraphs.append(f"  {said}" if titled else said)
        before = speech
    return paragraphs
