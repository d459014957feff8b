"""Answer questions with citations."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from speechrag.interfaces.commands.common import (
    filter_option,
    format_option,
    index_option,
    llm_option,
    open_engine,
    parse_filters,
    print_json,
    read_inputs,
)

if TYPE_CHECKING:
    from speechrag.engine import Engine

SUMMARY = "answer a question with citations"
EXAMPLE = "speechrag ask 重大信息多久内要上报"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION", nargs="?", help="what to answer")
    parser.add_argument("--questions", metavar="FILE", help='JSON lines {"qid", "question"}')
    index_option(parser)
    filter_option(parser)
    llm_option(parser)
    format_option(parser, "text", "json")


def run(options: argparse.Namespace) -> int:
    import time
    from dataclasses import asdict

    filters = parse_filters(options.filter)
    questions = list(read_inputs(options.question, options.questions, "qid", "question"))
    engine, _ = open_engine(options)
    for qid, text in questions:
        began = time.perf_counter()
        answer = engine.ask(text, filters, options.llm or "")
        for note in answer.notes:
            print(f"note: {note}", file=sys.stderr)
        if options.format == "json":
            print_json({"qid": qid, **asdict(answer), "seconds": round(time.perf_counter() - began, 4)})
            continue
        print(answer_text(engine, answer))
    return 0


def answer_text(engine: Engine, answer: Any) -> str:
    """Return an answer as people read it on a terminal: sentences with marks, then the sources."""
    if not answer.supported:
        near = [engine.passage(p) for p in answer.nearest[:3]]
        places = [f"  - {engine.speech(p.speech_id).title} › {' › '.join(p.headings) or p.text[:24]}" for p in near]
        return "\n".join([answer.text, *(["相近但不足以回答：", *places] if places else [])])
    from speechrag.writing.answer import closing_mark

    said = [
        f"{s.text}{''.join(f'[{n}]' for n in s.citations)}{closing_mark(s.text, last=place == len(answer.sentences))}"
        for place, s in enumerate(answer.sentences, 1)
    ]
    lines = ["".join(said), "", "依据："]
    for c in answer.citations:
        lines.append(f"  [{c.number}] {' › '.join((c.title, *c.headings))}（{c.source}）")
    return "\n".join(lines)
