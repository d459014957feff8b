"""Answers when most of what search brings does not answer: python eval/noise_robustness.py --index DIR QUESTIONS ...

The answerer is shown five passages of each question's first hundred instead of what the search thinks best: none, one,
... all five of them noise, that is, the passages nearest to the question that lack the answer. A row a share of noise:
key phrases found, questions refused. Questions for which no passage holds the answer are left out. With five of five
there is nothing to find, and every question should be refused: what is answered there is answered wrongly.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from speechrag.engine import Engine
from speechrag.evaluation.answers import LabelledQuestion, nugget_recall, read_questions
from speechrag.evaluation.noise import SHARES, mixed
from speechrag.records import Hit, Query

DEPTH = 100
LIST = "list"


def holds(question: LabelledQuestion, hit: Hit) -> bool:
    """Tell whether a passage has all key phrases, or one of those of a list."""
    found = nugget_recall(question.nuggets, hit.passage.text)
    return found > 0 if question.kind == LIST else found == 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--index", required=True)
    parser.add_argument("--split", choices=("dev", "test"), help="one half only")
    options = parser.parse_args()
    engine = Engine.open(options.index)
    asked = []
    for question in (q for path in options.questions for q in read_questions(path)):
        if question.answerable and options.split in (None, question.split):
            hits = engine.search(Query(question.text, DEPTH))
            if any(holds(question, hit) for hit in hits):
                asked.append((question, hits))
    if not asked:
        sys.stderr.write("no question has a passage that holds its answer\n")
        return 1
    sys.stdout.write(f"{len(asked)} questions\n\n| noise | key phrases found | refused |\n|---|---|---|\n")
    for share in SHARES:
        recall = refused = 0.0
        for question, hits in asked:
            shown = mixed(hits, lambda hit, question=question: holds(question, hit), share)
            answer = replace(engine.asking(), retrieve=lambda _, shown=shown: shown).ask(question.text)
            refused += not answer.supported
            recall += answer.supported and nugget_recall(question.nuggets, answer.text)
        sys.stdout.write(f"| {share:.1f} | {recall / len(asked):.3f} | {refused / len(asked):.3f} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
