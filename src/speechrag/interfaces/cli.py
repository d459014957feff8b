"""The command line: one verb a job; results on stdout, everything else on stderr.

Exit codes: 0 done, 1 failed, 2 misused.
"""

from __future__ import annotations

import argparse
import difflib
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from speechrag import __version__
from speechrag.config import Settings, load_settings
from speechrag.errors import SpeechragError, UsageError

if TYPE_CHECKING:
    from speechrag.engine import Engine

Filters = dict[str, tuple[str, ...]]


class _Parser(argparse.ArgumentParser):
    """Argument parser whose errors are one line and suggest the verb that was meant."""

    def error(self, message: str) -> NoReturn:
        if "invalid choice" in message and self.prog == "speechrag":
            typed = message.partition("'")[2].partition("'")[0]
            near = difflib.get_close_matches(typed, _VERBS, n=1)
            guess = f"; did you mean `speechrag {near[0]}`?" if near else ""
            message = f"there is no command {typed!r}{guess} (commands: {', '.join(_VERBS)})"
        self.exit(2, f"speechrag: {message}\nhint: {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = _parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as stop:  # argparse exits by itself, 0 for --help and 2 for misuse
        return int(stop.code or 0)
    try:
        return int(options.run(options))
    except SpeechragError as exc:
        print(f"speechrag: {exc}", file=sys.stderr)
        if exc.hint:
            print(f"hint: {exc.hint}", file=sys.stderr)
        return exc.exit_code
    except KeyboardInterrupt:
        print("speechrag: stopped; the index is as it was", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output, such as `head`, has gone
        sys.stderr.close()
        return 1


def _speak_utf8() -> None:
    """All text is UTF-8 whatever the locale says (Windows consoles, LANG=C)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


# --- parsing ---------------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="speechrag",
        description="Search, cited answers and sourced outlines over a corpus of Chinese officials' speeches.",
        epilog="example: speechrag build corpus && speechrag ask 重大信息多久内要上报",
    )
    parser.add_argument("--version", action="version", version=f"speechrag {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", required=True, parser_class=_Parser)
    for name, (summary, example, run, arguments) in _VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=summary, epilog=f"example: {example}")
        arguments(verb)
        verb.set_defaults(run=run)
    return parser


def _index_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--index", metavar="DIR", help="index folder (default: indexes/default)")


def _format_option(parser: argparse.ArgumentParser, *formats: str) -> None:
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"output form (default: {formats[0]})")


def _filter_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--filter", metavar="KEY=VALUE", nargs="+", action="extend", default=[],
        help="only speeches with this metadata, e.g. year=2009; the same key twice means either",
    )  # fmt: skip


def _llm_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--llm", metavar="NAME", help="word it with this model of an OpenAI-compatible server")


def _build_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sources", metavar="SOURCE", nargs="*", help="files or folders (default: corpus)")
    _index_option(parser)
    parser.add_argument("--embedder", metavar="NAME", help="builtin, hash, or a sentence-transformers model")
    _format_option(parser, "text", "json")


def _search_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY", nargs="?", help="what to look for")
    parser.add_argument("--queries", metavar="FILE", help='JSON lines {"qid", "query"}')
    _index_option(parser)
    parser.add_argument("--top-k", type=int, metavar="N", help="hits a query (default: 10)")
    _filter_option(parser)
    _format_option(parser, "text", "json")


def _ask_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION", nargs="?", help="what to answer")
    parser.add_argument("--questions", metavar="FILE", help='JSON lines {"qid", "question"}')
    _index_option(parser)
    _filter_option(parser)
    _llm_option(parser)
    _format_option(parser, "text", "json")


def _outline_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("brief", metavar="BRIEF", nargs="?", help="occasion, speaker, audience and theme in a sentence")
    parser.add_argument("--briefs", metavar="FILE", help='JSON lines {"bid", "brief"}')
    _index_option(parser)
    _filter_option(parser)
    _llm_option(parser)
    _format_option(parser, "text", "json", "docx")
    parser.add_argument("--out", metavar="FILE", help="write there instead of to stdout (needed for docx)")


def _corpus_arguments(parser: argparse.ArgumentParser) -> None:
    _index_option(parser)
    _format_option(parser, "text", "jsonl")
    parser.add_argument("--source", metavar="NAME", help="only the speeches of this file")
    parser.add_argument("--repairs", action="store_true", help="add every change made to the text as received")


def _evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", metavar="DIR", help="a folder in BEIR form")
    parser.add_argument("--topics", metavar="FILE", help="topics: qid<TAB>text, or JSON lines")
    parser.add_argument("--qrels", metavar="FILE", help="judgements in TREC or BEIR form")
    _index_option(parser)
    parser.add_argument("--embedder", metavar="NAME", help="the encoder for --dataset without --index")
    parser.add_argument("--run-out", metavar="FILE", help="write the run in TREC form")
    parser.add_argument("--baseline", metavar="RUN", help="a run in TREC form to compare with")
    _format_option(parser, "text", "json")


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    _index_option(parser)
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: 7860)")


def _settings(options: argparse.Namespace, *names: str) -> Settings:
    return load_settings(**{name: getattr(options, name) for name in names})


def _filters(pairs: Iterable[str]) -> Filters:
    found: dict[str, list[str]] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not (sign and key.strip() and value.strip()):
            raise UsageError(f"--filter {pair!r}: expected key=value, for example year=2009")
        found.setdefault(_typed(key.strip()), []).append(_typed(value.strip()))
    return {key: tuple(values) for key, values in found.items()}


def _inputs(single: str | None, file: str | None, id_key: str, text_key: str) -> Iterator[tuple[str, str]]:
    """Yield (id, text) from the argument or from a file of JSON lines; exactly one of the two must be given."""
    if (single is None) == (file is None):
        raise UsageError(f"give either a {text_key} or a file of them, not both and not neither")
    if file is None:
        yield "1", _typed(str(single))
        return
    for number, line in enumerate(_read_lines(Path(file)), 1):
        if not line.strip():
            continue
        expected = f'expected {{"{id_key}": "...", "{text_key}": "..."}}'
        try:
            row = json.loads(line)
            identifier, text = row[id_key], row[text_key]
        except (ValueError, KeyError, TypeError) as exc:
            raise UsageError(f"{file}:{number}: not such a line; {expected}") from exc
        if not isinstance(text, str) or not text.strip() or not isinstance(identifier, str | int):
            raise UsageError(f"{file}:{number}: `{text_key}` is {text!r}; {expected}")
        yield str(identifier), text


def _typed(text: str) -> str:
    """Return an argument as UTF-8 where a locale without Chinese left its bytes undecoded."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # another kind of surrogate: the search replaces it
        return text


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as exc:
        raise UsageError(f"{path}: cannot be read ({exc.strerror})") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{path}: byte {exc.start} is not UTF-8; save the file as UTF-8") from exc


# --- output ----------------------------------------------------------------------------------------------------------


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


class _Progress:
    """One line on a terminal, nothing elsewhere."""

    NAMES = {"reading": "读取与整理", "indexing": "建立索引", "embedding": "计算语义向量"}  # noqa: RUF012
    WIDTH = 30

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not self._live or not total:
            return
        filled = self.WIDTH * done // total
        bar = "█" * filled + "░" * (self.WIDTH - filled)
        end = "\n" if done == total else ""
        print(f"\r{self.NAMES.get(stage, stage)} {bar} {done}/{total}", end=end, file=sys.stderr, flush=True)


# --- commands --------------------------------------------------------------------------------------------------------


def _build(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from speechrag.build import build_index

    settings = _settings(options, "index", "embedder")
    sources = [Path(s) for s in options.sources or [settings.corpus]]
    report = build_index(sources, Path(settings.index), settings, _Progress())
    for skipped in report.skipped:
        print(f"skipped {skipped.source}: {skipped.reason}", file=sys.stderr)
    if options.format == "json":
        _print_json(asdict(report))
    elif not report.published:
        print(f"{settings.index}: 没有变化，共 {report.speeches} 篇 {report.passages} 段（{report.files} 个文件）")
    else:
        print(
            f"{settings.index}: {report.files} 个文件，{report.speeches} 篇，{report.passages} 段；"
            f"新增 {report.added}，更新 {report.changed}，移除 {report.removed}，未变 {report.unchanged}，"
            f"跳过 {len(report.skipped)}；用时 {report.seconds:.1f} 秒"
        )
    return 0


def _open(options: argparse.Namespace, *names: str) -> tuple[Engine, Settings]:
    from speechrag.engine import Engine

    settings = _settings(options, "index", *names)
    return Engine.open(settings.index, settings), settings


def _search(options: argparse.Namespace) -> int:
    import time

    from speechrag.engine import describe
    from speechrag.records import Query

    filters = _filters(options.filter)  # first: a query behind --filter is taken for one, and this says so
    queries = list(_inputs(options.query, options.queries, "qid", "query"))
    engine, settings = _open(options, "top_k")
    for qid, text in queries:
        began = time.perf_counter()
        hits = engine.search(Query(text, settings.top_k, filters))
        seconds = round(time.perf_counter() - began, 4)
        if options.format == "json":
            _print_json({"qid": qid, "query": text, "seconds": seconds, "hits": [describe(h) for h in hits]})
            continue
        if not hits:
            print(f"没有找到与“{text}”有关的内容。")
        for hit in hits:
            path = " › ".join((hit.title, *hit.passage.headings))
            copies = f"  另有 {hit.copies} 份相同" if hit.copies else ""
            print(f"{hit.rank}. {path}\n   {hit.source}{copies}\n   {hit.passage.text}\n")
    return 0


def _ask(options: argparse.Namespace) -> int:
    import time
    from dataclasses import asdict

    filters = _filters(options.filter)
    questions = list(_inputs(options.question, options.questions, "qid", "question"))
    engine, _ = _open(options)
    for qid, text in questions:
        began = time.perf_counter()
        answer = engine.ask(text, filters, options.llm or "")
        for note in answer.notes:
            print(f"note: {note}", file=sys.stderr)
        if options.format == "json":
            _print_json({"qid": qid, **asdict(answer), "seconds": round(time.perf_counter() - began, 4)})
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


def _outline(options: argparse.Namespace) -> int:
    import time
    from dataclasses import asdict

    from speechrag.writing.export import outline_docx, outline_text

    filters = _filters(options.filter)
    briefs = list(_inputs(options.brief, options.briefs, "bid", "brief"))
    if options.format == "docx" and (not options.out or len(briefs) != 1):
        raise UsageError("--format docx writes one outline to one file; give one BRIEF and --out FILE.docx")
    engine, _ = _open(options)
    parts: list[str] = []
    for bid, text in briefs:
        began = time.perf_counter()
        outline = engine.outline(text, filters, options.llm or "")
        for note in outline.notes:
            print(f"note: {note}", file=sys.stderr)
        if options.format == "docx":
            _write(Path(options.out), outline_docx(outline))
            continue
        seconds = round(time.perf_counter() - began, 4)
        row = json.dumps({"bid": bid, **asdict(outline), "seconds": seconds}, ensure_ascii=False)
        parts.append(row if options.format == "json" else outline_text(outline))
    if options.format == "docx":
        return 0
    body = "\n".join(parts) + "\n"
    if options.out:
        _write(Path(options.out), body.encode("utf-8"))
    else:
        sys.stdout.write(body)
    return 0


def _write(path: Path, data: bytes) -> None:
    """Write beside the target, then rename: an interrupted export leaves no half file."""
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as exc:
        raise SpeechragError(f"{path}: cannot be written ({exc.strerror}); choose another --out") from exc
    print(f"wrote {path}", file=sys.stderr)


def _corpus(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from speechrag.index.opened import open_store
    from speechrag.index.store import TAKEN_IN

    settings = _settings(options, "index")
    _, store = open_store(Path(settings.index))
    found = 0
    for speech in store.speeches():
        sources = (speech.source, *speech.metadata.get("also_in", ()))
        if options.source and not any(options.source in (name, name.partition("!")[0]) for name in sources):
            continue
        found += 1
        if options.format == "text":
            year = speech.metadata.get("year", "")
            print(f"{speech.speech_id}  {speech.title}  {len(speech.text)} 字  {year}  {speech.source}")
            continue
        row = asdict(speech)
        row["sections"] = [{k: v for k, v in s.items() if k != "body"} for s in row["sections"]]
        del row["doc_id"], row["doc_start"], row["doc_end"]
        if options.repairs:
            row["repairs"] = [asdict(r) for r in _repairs_of(store, speech)]
        _print_json(row)
    if options.source and not found:
        entry = next((e for e in store.ledger() if e.source == options.source), None)
        why = "is not in this index" if entry is None else "holds no speech"
        if entry and entry.state not in TAKEN_IN:
            why = f"was skipped: {entry.detail}"
        raise UsageError(f"--source {options.source}: {why}")
    return 0


def _repairs_of(store: Any, speech: Any) -> list[Any]:
    from speechrag.cleaning.alignment import Alignment

    document = store.document(speech.doc_id)
    alignment = Alignment(len(document.document.text), document.repairs)
    start, end = alignment.original_span(speech.doc_start, speech.doc_end)
    return [r for r in document.repairs if start <= r.start and r.end <= end]


def _evaluate(options: argparse.Namespace) -> int:
    from speechrag.evaluation.report import to_json, to_text
    from speechrag.evaluation.run import evaluate

    settings = _settings(options, "embedder")
    report = evaluate(
        settings,
        dataset=options.dataset,
        topics=options.topics,
        qrels=options.qrels,
        index=options.index,
        run_out=options.run_out,
        baseline=options.baseline,
    )
    print(to_json(report) if options.format == "json" else to_text(report))
    return 0


def _serve(options: argparse.Namespace) -> int:
    from speechrag.interfaces.web import serve

    engine, settings = _open(options, "host", "port")
    serve(engine, settings)
    return 0


_Entry = tuple[str, str, Callable[[argparse.Namespace], int], Callable[[argparse.ArgumentParser], None]]
_VERBS: dict[str, _Entry] = {
    "build": (
        "read, clean and index speeches",
        "speechrag build 讲话文件夹 --index indexes/default",
        _build,
        _build_arguments,
    ),
    "search": (
        "find passages",
        "speechrag search 信息报送时限 --top-k 5 --filter year=2009",
        _search,
        _search_arguments,
    ),
    "ask": ("answer a question with citations", "speechrag ask 重大信息多久内要上报", _ask, _ask_arguments),
    "outline": (
        "draft a sourced outline",
        "speechrag outline 县委书记在全县安全生产工作会议上的讲话 --format docx --out 提纲.docx",
        _outline,
        _outline_arguments,
    ),
    "corpus": (
        "list the speeches in an index",
        "speechrag corpus --format jsonl --repairs",
        _corpus,
        _corpus_arguments,
    ),
    "evaluate": (
        "measure retrieval",
        "speechrag evaluate --dataset my-set --run-out my.run",
        _evaluate,
        _evaluate_arguments,
    ),
    "serve": ("open the web page", "speechrag serve --port 7860", _serve, _serve_arguments),
}


if __name__ == "__main__":
    sys.exit(main())
