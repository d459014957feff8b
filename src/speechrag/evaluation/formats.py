"""Topics, judgements, runs and corpora in BEIR and TREC form, read and written. Standard library only.

Files are UTF-8, a byte order mark is forgiven, lines end at line feeds only (a corpus may hold U+2028), blank lines
are skipped. Ids are ASCII without white space: TREC tools split lines on white space, some of them at the full-width
space too. Every line that does not fit raises EvaluationError as ``path:line: what was found; expected ...``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from speechrag.errors import EvaluationError
from speechrag.evaluation.ranking import by_query, is_score, ranked_lines, trec_order
from speechrag.evaluation.records import CollectionDocument, Dataset, Qrel, RunLine, Score, Topic

QRELS_HEADER = ("query-id", "corpus-id", "score")
CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels"

_ID = re.compile(r"[!-~]+")
# JSON escapes can spell one half of a pair; Python keeps it and fails much later, when the text is written.
_SURROGATE = re.compile("[\ud800-\udfff]")
# Only the white space C knows: a full-width space inside an id must come through, so that it can be named.
_FIELDS = re.compile(r"[ \t\r\f\v]+")


def is_id(text: str) -> bool:
    """Say whether ``text`` can be the id of a query or document: printable ASCII, no white space, not empty."""
    return bool(_ID.fullmatch(text))


def _refuse(path: Path, number: int, found: str, expected: str) -> NoReturn:
    raise EvaluationError(f"{path}:{number}: {found}; expected {expected}")


def _checked_id(text: str, what: str, path: Path, number: int) -> str:
    if not is_id(text):
        _refuse(path, number, f"{what} id {text!r}", "printable ASCII without white space")
    return text


def _looks_like(raw: bytes) -> str:
    """Return what an undecodable line may be written in, for the message; empty where nothing fits."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return " (it looks like UTF-16)"
    try:
        return " (it looks like GBK)" if raw.decode("gb18030") else ""
    except UnicodeDecodeError:
        return ""


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, line without its end) for every line that is not blank."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                try:
                    line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                except UnicodeDecodeError as exc:
                    found = f"byte {exc.start} is not UTF-8{_looks_like(raw)}"
                    raise EvaluationError(f"{path}:{number}: {found}; save the file as UTF-8") from exc
                if line.strip():
                    yield number, line
    except OSError as exc:
        raise EvaluationError(f"{path}: cannot be read ({exc.strerror})") from exc


def _objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in numbered_lines(path):
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as exc:
            raise EvaluationError(f"{path}:{number}: not JSON ({exc}); expected one JSON object a line") from exc
        if not isinstance(data, dict):
            _refuse(path, number, f"a JSON {type(data).__name__}", "one JSON object a line")
        yield number, data


def _first_present(data: dict[str, Any], keys: tuple[str, ...], path: Path, number: int) -> Any:
    for key in keys:
        if key in data:
            return data[key]
    _refuse(path, number, f"no field {' or '.join(f'`{key}`' for key in keys)}", "one of them")


def _json_id(data: dict[str, Any], keys: tuple[str, ...], what: str, path: Path, number: int) -> str:
    value = _first_present(data, keys, path, number)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        _refuse(path, number, f"{what} id {value!r}", "a string")
    return _checked_id(value, what, path, number)


def _json_text(data: dict[str, Any], keys: tuple[str, ...], path: Path, number: int) -> str:
    value = _first_present(data, keys, path, number)
    if not isinstance(value, str):
        _refuse(path, number, f"field `{keys[0]}` is {value!r}", "a string")
    if _SURROGATE.search(value):
        _refuse(path, number, f"half a surrogate pair in field `{keys[0]}`", "text that UTF-8 can hold")
    return value


def _number(text: str) -> float:
    """Return the value of ``text``, NaN when it is no number; unlike ``float``, only what C would read."""
    try:
        return float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return math.nan


# --- topics -----------------------------------------------------------------------------------------------------


def _topic_from_object(data: dict[str, Any], path: Path, number: int) -> Topic:
    metadata = data.get("metadata") or {}
    if not isinstance(metadata, dict):
        _refuse(path, number, f"field `metadata` is {metadata!r}", "an object")
    return Topic(
        query_id=_json_id(data, ("_id", "qid"), "query", path, number),
        text=_json_text(data, ("text", "query"), path, number),
        metadata=metadata,
    )


def _topic_from_line(line: str, path: Path, number: int) -> Topic:
    query_id, tab, text = line.partition("\t")
    if not tab:
        _refuse(path, number, f"{line[:60]!r} without a tab", "query id, tab, text")
    return Topic(query_id=_checked_id(query_id, "query", path, number), text=text.strip())


def _numbered_topics(path: Path) -> Iterator[tuple[int, Topic]]:
    first = next((line for _, line in numbered_lines(path)), "")
    if first.lstrip().startswith("{"):
        yield from ((number, _topic_from_object(data, path, number)) for number, data in _objects(path))
    else:
        yield from ((number, _topic_from_line(line, path, number)) for number, line in numbered_lines(path))


def read_topics(path: str | Path) -> list[Topic]:
    """Return the topics of a file, in its order.

    Lines are either ``id<TAB>text`` or JSON objects with ``_id`` or ``qid`` and ``text`` or ``query``; what the first
    line is, all must be. Raises EvaluationError, also for an id given twice, an empty text and an empty file.
    """
    path = Path(path)
    topics: dict[str, Topic] = {}
    for number, topic in _numbered_topics(path):
        if not topic.text.strip():
            _refuse(path, number, f"query {topic.query_id} has no text", "a question")
        if topic.query_id in topics:
            _refuse(path, number, f"query {topic.query_id} a second time", "each query id once")
        topics[topic.query_id] = topic
    if not topics:
        raise EvaluationError(f"{path}: no topics; expected at least one line")
    return list(topics.values())


def write_topics(path: str | Path, topics: Iterable[Topic]) -> None:
    """Write topics as BEIR ``queries.jsonl``, or as ``id<TAB>text`` when the name of the file ends in ``.tsv``."""
    path = Path(path)
    as_table = path.suffix == ".tsv"
    _write(path, (_topic_row(topic) if as_table else _topic_object(topic) for topic in topics))


def _topic_object(topic: Topic) -> str:
    data = {"_id": _own_id(topic.query_id), "text": topic.text, "metadata": dict(topic.metadata)}
    return json.dumps(data, ensure_ascii=False)


def _topic_row(topic: Topic) -> str:
    if re.search(r"[\t\r\n]", topic.text):
        raise EvaluationError(f"query {topic.query_id}: its text holds a tab or a line end; write .jsonl instead")
    return f"{_own_id(topic.query_id)}\t{topic.text}"


# --- judgements -------------------------------------------------------------------------------------------------


def _grade(text: str, path: Path, number: int) -> int:
    value = _number(text)
    if not value.is_integer():  # also what is not finite
        _refuse(path, number, f"grade {text!r}", "a whole number")
    return int(value)


def _qrel(line: str, path: Path, number: int) -> Qrel:
    columns = [column.strip(" \r") for column in line.split("\t")]
    if len(columns) != 3:
        columns = _FIELDS.split(line.strip(" \t\r\f\v"))
    if len(columns) == 4:
        columns = [columns[0], *columns[2:]]
    if len(columns) != 3:
        _refuse(path, number, f"{len(columns)} columns", "`query document grade` or `query 0 document grade`")
    return Qrel(
        query_id=_checked_id(columns[0], "query", path, number),
        doc_id=_checked_id(columns[1], "document", path, number),
        relevance=_grade(columns[2], path, number),
    )


def _is_header(line: str) -> bool:
    return tuple(line.lower().split()) == QRELS_HEADER


def read_qrels(path: str | Path) -> list[Qrel]:
    """Return the judgements of a file, in its order, from BEIR's three columns or TREC's four.

    BEIR's header line is optional. A judgement given twice with the same grade counts once. Raises EvaluationError,
    also for two grades of one pair and for a file without judgements.
    """
    path = Path(path)
    qrels: dict[tuple[str, str], Qrel] = {}
    for number, line in numbered_lines(path):
        if not qrels and _is_header(line):
            continue
        qrel = _qrel(line, path, number)
        known = qrels.setdefault((qrel.query_id, qrel.doc_id), qrel)
        if known.relevance != qrel.relevance:
            found = f"{qrel.doc_id} judged {qrel.relevance} for query {qrel.query_id}, above {known.relevance}"
            _refuse(path, number, found, "one grade")
    if not qrels:
        raise EvaluationError(f"{path}: no judgements; expected at least one line")
    return list(qrels.values())


def write_qrels(path: str | Path, qrels: Iterable[Qrel]) -> None:
    """Write judgements in TREC form, or in BEIR form with its header when the name of the file ends in ``.tsv``."""
    path = Path(path)
    if path.suffix == ".tsv":
        rows = (f"{_own_id(q.query_id)}\t{_own_id(q.doc_id)}\t{q.relevance}" for q in qrels)
        _write(path, _chain("\t".join(QRELS_HEADER), rows))
    else:
        _write(path, (f"{_own_id(q.query_id)} 0 {_own_id(q.doc_id)} {q.relevance}" for q in qrels))


# --- runs -------------------------------------------------------------------------------------------------------


def _run_line(line: str, path: Path, number: int) -> RunLine:
    columns = _FIELDS.split(line.strip(" \t\r\f\v"))
    if len(columns) != 6:
        _refuse(path, number, f"{len(columns)} columns", "`query Q0 document rank score tag`")
    score = _number(columns[4])
    if not is_score(score):
        _refuse(path, number, f"score {columns[4]!r}", "a number within ±3.4e38")
    return RunLine(
        query_id=_checked_id(columns[0], "query", path, number),
        doc_id=_checked_id(columns[2], "document", path, number),
        rank=0,
        score=score,
        tag=columns[5],
    )


def read_run(path: str | Path) -> list[RunLine]:
    """Return the lines of a TREC run, best first, queries in the order of the file.

    Ranks are counted anew from the scores, ties by document id descending: trec_eval ignores the rank column, and so
    does everything here. Scores stay as written. Raises EvaluationError, also for a document twice in one query.
    """
    path = Path(path)
    table: dict[str, dict[str, RunLine]] = {}
    for number, line in numbered_lines(path):
        found = _run_line(line, path, number)
        if table.setdefault(found.query_id, {}).setdefault(found.doc_id, found) is not found:
            _refuse(path, number, f"{found.doc_id} a second time for query {found.query_id}", "each document once")
    return [line for lines in table.values() for line in _ranked(lines)]


def _ranked(lines: dict[str, RunLine]) -> Iterator[RunLine]:
    order = trec_order({doc_id: line.score for doc_id, line in lines.items()})
    for rank, doc_id in enumerate(order, start=1):
        line = lines[doc_id]
        yield RunLine(line.query_id, doc_id, rank, line.score, line.tag)


def write_run(path: str | Path, run: Iterable[RunLine]) -> None:
    """Write a TREC run: each query's lines by their ``rank``, scores strictly decreasing even in single precision.

    So every tool that sorts by score sees the same order, whatever it does with ties. Raises EvaluationError for ids
    or tags that the format cannot hold, for a document twice in one query, and for scores out of range.
    """
    lines = list(run)
    by_query(lines)  # refuses repetitions
    groups: dict[str, list[RunLine]] = {}
    for line in lines:
        groups.setdefault(line.query_id, []).append(line)
    _write(Path(path), (row for query_id, group in groups.items() for row in _run_rows(query_id, group)))


def _run_rows(query_id: str, group: list[RunLine]) -> Iterator[str]:
    # One run has one tag; sorting is stable, so equal ranks keep the order handed in.
    group = sorted(group, key=lambda line: line.rank)
    for line in ranked_lines(query_id, [(line.doc_id, line.score) for line in group], group[0].tag):
        yield f"{_own_id(query_id)} Q0 {_own_id(line.doc_id)} {line.rank} {line.score:.9g} {_own_id(line.tag)}"


def write_scores(path: str | Path, scores: Iterable[Score]) -> None:
    """Write per-query values as ``measure<TAB>query<TAB>value``, the columns of ``trec_eval -q``, six decimals."""
    _write(Path(path), (f"{score.measure}\t{_own_id(score.query_id)}\t{score.value:.6f}" for score in scores))


# --- whole collections ------------------------------------------------------------------------------------------


def read_corpus(path: str | Path) -> Iterator[CollectionDocument]:
    """Yield the documents of a BEIR ``corpus.jsonl``, in its order; a missing or null title is empty.

    Reads one line at a time. Raises EvaluationError, also for an id given twice and for an empty file.
    """
    path = Path(path)
    seen: set[str] = set()
    for number, data in _objects(path):
        doc_id = _json_id(data, ("_id",), "document", path, number)
        if doc_id in seen:
            _refuse(path, number, f"document {doc_id} a second time", "each document id once")
        seen.add(doc_id)
        title = _json_text(data, ("title",), path, number) if data.get("title") is not None else ""
        yield CollectionDocument(doc_id=doc_id, title=title, text=_json_text(data, ("text",), path, number))
    if not seen:
        raise EvaluationError(f"{path}: no documents; expected at least one line")


def read_beir(folder: str | Path, split: str = "test", *, with_corpus: bool = True) -> Dataset:
    """Return the dataset in ``folder``: ``corpus.jsonl`` (not read yet), ``queries.jsonl``, ``qrels/<split>.tsv``.

    Raises EvaluationError when one of the three is missing or malformed; without ``with_corpus`` (the questions are
    put to an index that exists) the corpus may be missing.
    """
    folder = Path(folder)
    judgements = folder / QRELS / f"{split}.tsv"
    needed = [folder / CORPUS] if with_corpus else []
    for path in (*needed, folder / QUERIES, judgements):
        if not path.is_file():
            raise EvaluationError(f"{path}: no such file; a BEIR folder has {CORPUS}, {QUERIES}, {QRELS}/{split}.tsv")
    topics, qrels = read_topics(folder / QUERIES), read_qrels(judgements)
    return Dataset(corpus=folder / CORPUS, topics=tuple(topics), qrels=tuple(qrels))


def write_beir(
    folder: str | Path,
    corpus: Iterable[CollectionDocument],
    topics: Iterable[Topic],
    qrels: Iterable[Qrel],
    split: str = "test",
) -> None:
    """Write a folder in BEIR form. Raises EvaluationError for an id that is both a query's and a document's.

    BEIR's own evaluation drops results whose document id equals the query id.
    """
    folder, documents, questions = Path(folder), list(corpus), list(topics)
    shared = {document.doc_id for document in documents} & {topic.query_id for topic in questions}
    if shared:
        raise EvaluationError(f"{min(shared)!r} is the id of a query and of a document; expected different ids")
    _write(folder / CORPUS, (_document_object(document) for document in documents))
    write_topics(folder / QUERIES, questions)
    write_qrels(folder / QRELS / f"{split}.tsv", qrels)


def _document_object(document: CollectionDocument) -> str:
    data = {"_id": _own_id(document.doc_id), "title": document.title, "text": document.text}
    return json.dumps(data, ensure_ascii=False)


def _own_id(text: str) -> str:
    if not is_id(text):
        raise EvaluationError(f"{text!r} cannot be written as an id; expected printable ASCII without white space")
    return text


def _chain(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def _write(path: Path, rows: Iterable[str]) -> None:
    """Write rows to ``path`` all or nothing: a refused id leaves the file that was there."""
    content = "".join(f"{row}\n" for row in rows)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(path.name + ".part")
        aside.write_text(content, encoding="utf-8", newline="\n")
        aside.replace(path)
    except OSError as exc:
        raise EvaluationError(f"{path}: cannot be written ({exc.strerror})") from exc
