"""The build: incremental equals full, nothing lost, every refusal with its reason, whatever happens half way."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_corpus import FLOOD, INFORMATION, PETITION, QUICK, SAFETY, TEXTS, build, write_texts
from speechrag.build import build_collection, build_index
from speechrag.building import plan, preparing, stage
from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.errors import IndexMissing, SourceError, UsageError
from speechrag.index import layout
from speechrag.index import store as corpus_store
from speechrag.index.opened import open_store
from speechrag.records import CleanDocument, Document, Query
from speechrag.sources import SourceFile, walk
from speechrag.text import fold

QUERIES = ("安全生产责任", "信息报送时限", "接访", "水库巡查", "同志们", "zzz")


def searched(index: Path) -> list[object]:
    """Return everything a user could see of an index, scores rounded as they are printed."""
    engine = Engine.open(index, QUICK)
    hits = [
        (h.rank, round(h.score, 6), h.passage, h.source, h.title, h.original, dict(h.metadata), h.copies)
        for q in QUERIES
        for h in engine.search(Query(q, 20))
    ]
    return [hits, list(engine.speeches()), [(e.source, e.sha256, e.state) for e in engine._index.store.ledger()]]


def generations(index: Path) -> set[str]:
    return {p.name for p in (index / layout.GENERATIONS).iterdir()}


NAMES = ("甲.txt", "乙.txt", "下/丙.txt", "丁.md", "戊.html", "空.txt")
WORDS = ("信息工作", "安全生产", "防汛抗旱", "要加强领导", "落实责任")
CONTENT = st.sampled_from(
    [
        SAFETY,
        INFORMATION,
        PETITION,
        FLOOD,
        FLOOD + "打印本页\n",
        "",
        "全縣信息工作會議（xìn xī）\n要加強領導。\n",
        "要加强领导，落实责任。",  # no title line: the file's name gives it
        "<html><title>网页</title><body><p>各县要储备编织袋五万条以上。</p><p>冲锋舟不少于十艘。</p></body></html>",
    ]
) | st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(lambda w: f"在会议上的讲话\n{'，'.join(w)}。\n")
STATE = st.dictionaries(st.sampled_from(NAMES), CONTENT, min_size=1, max_size=len(NAMES))


def lay_out(folder: Path, state: Mapping[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    write_texts(folder, state)


@settings(max_examples=8, deadline=None)
@given(st.lists(STATE, min_size=2, max_size=4))
def test_incremental_builds_equal_full_builds(states: list[dict[str, str]]) -> None:
    """After any adding, changing, removing, renaming and copying of files the index is that of a fresh build."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        previous: Mapping[str, str] = {}
        for state in states:
            lay_out(folder / "sources", state)
            readable = {name for name, text in state.items() if text.strip()}
            if not readable:
                with pytest.raises(SourceError):
                    build(folder / "sources", folder / "index")
                continue
            report = build(folder / "sources", folder / "index")
            shutil.rmtree(folder / "fresh", ignore_errors=True)
            build(folder / "sources", folder / "fresh")
            assert searched(folder / "index") == searched(folder / "fresh")
            assert report.files == len(readable)
            assert {s.source for s in report.skipped} == set(state) - readable
            before = {name: text for name, text in previous.items() if text.strip()}
            both = readable & set(before)
            changed = {name for name in both if before[name] != state[name]}
            counts = (report.added, report.changed, report.removed, report.unchanged)
            assert counts == (len(readable - both), len(changed), len(set(before) - both), len(both - changed))
            previous = state


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return write_texts(tmp_path / "讲话 原文")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "索引 目录"


def test_nothing_changed_means_no_work(sources: Path, index: Path) -> None:
    """No new generation, no new files, and the counts of the first build."""
    first = build(sources, index)
    before = generations(index), (index / layout.CURRENT).read_bytes()
    second = build(sources, index)
    assert (generations(index), (index / layout.CURRENT).read_bytes()) == before
    assert (second.files, second.speeches, second.passages) == (first.files, first.speeches, first.passages)
    assert (second.added, second.changed, second.removed, second.unchanged) == (0, 0, 0, len(TEXTS))
    assert (first.published, second.published) == (True, False)


def test_touching_a_file_without_changing_it_is_no_change(sources: Path, index: Path) -> None:
    """The content decides and not the clock."""
    build(sources, index)
    os.utime(sources / "安全.txt", (1, 1))
    assert not build(sources, index).published


@pytest.mark.parametrize("change", [{"passage_chars": 200}, {"segmenter": "jieba"}, {"embedder": "builtin"}])
def test_another_setting_rebuilds(sources: Path, index: Path, change: dict[str, object]) -> None:
    """A passage size, segmenter or encoder other than the index has is a reason to build although no file changed."""
    from dataclasses import replace

    build(sources, index)
    report = build(sources, index, replace(QUICK, **change))  # type: ignore[arg-type]
    assert report.published
    assert report.unchanged == len(TEXTS)


def test_a_passage_size_below_one_is_refused(sources: Path, index: Path) -> None:
    """The setting is named; nothing is built."""
    from dataclasses import replace

    with pytest.raises(UsageError, match="passage_chars is 0"):
        build(sources, index, replace(QUICK, passage_chars=0))
    assert not index.exists()


def test_the_untouched_passages_of_a_changed_file_keep_their_vectors(
    sources: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only text that no passage had before is embedded."""
    from speechrag.embedding.hashing import HashingEncoder

    build(sources, index)
    embedded: list[str] = []
    encode = HashingEncoder.encode_documents

    def record(self: HashingEncoder, texts: list[str]) -> object:
        embedded.extend(texts)
        return encode(self, texts)

    monkeypatch.setattr(HashingEncoder, "encode_documents", record)
    (sources / "安全.txt").write_text(SAFETY + "四、加强督查\n县督查室每季度通报一次。\n", encoding="utf-8")
    build(sources, index)
    assert embedded
    assert all("督查" in text for text in embedded)


def test_a_removed_file_is_gone_from_every_part(sources: Path, index: Path) -> None:
    """No passage, speech or ledger entry of it is left, and its words find other texts only."""
    build(sources, index)
    (sources / "信访.txt").unlink()
    assert build(sources, index).removed == 1
    engine = Engine.open(index, QUICK)
    assert all("接访" not in h.passage.text and h.source != "信访.txt" for h in engine.search(Query("每月接访", 50)))
    assert "信访.txt" not in {e.source for e in open_store(index)[1].ledger()}
    assert engine._index.lexical.document_frequency("接访") == 0.0


@pytest.mark.parametrize("change", ["removed", "rewritten"])
def test_no_byte_of_text_that_was_taken_away_is_left(sources: Path, index: Path, change: str) -> None:
    """Not in any file of the index folder: texts, repairs, words, ledger, nor in the generation before."""
    secret = "鼯鼱村擬騰退饕餮湖蠡縣藺（lìn）姓養殖戶三十一家"
    (sources / "密件.txt").write_text(f"在座談會上的講話\n同志們：\n{secret}。\n" + FLOOD[30:], encoding="utf-8")
    build(sources, index)
    words = [*(secret[i : i + 2] for i in (0, 7, 9)), "鼯", "饕餮"]
    traces = [word.encode() for word in words] + [word.encode("utf-16-le") for word in words if len(word) > 1]
    assert any(trace in held for held in contents(index) for trace in traces)
    if change == "removed":
        (sources / "密件.txt").unlink()
        traces += ["密件".encode(), "密件".encode("utf-16-le")]
    else:
        (sources / "密件.txt").write_text("在座谈会上的讲话\n同志们：\n" + FLOOD[30:], encoding="utf-8")
    build(sources, index)
    assert len(generations(index)) == 1
    assert not [trace for held in contents(index) for trace in traces if trace in held]


def contents(index: Path) -> Iterator[bytes]:
    """Yield the bytes of every file of an index, the texts in UTF-8, and unpacked what is kept packed."""
    for path in index.rglob("*"):
        if path.is_file():
            yield path.read_bytes()
        if path.suffix == corpus_store.TEXTS:
            yield path.read_text(encoding="utf-16-le").encode()
        if path.name == layout.CORPUS:
            with sqlite3.connect(path) as database:
                yield from (zlib.decompress(packed) for (packed,) in database.execute("SELECT repairs FROM documents"))


def test_a_removed_file_leaves_a_reader_that_has_the_index_open_alone(sources: Path, index: Path) -> None:
    """It goes on answering from the generation it opened, which is gone from the folder."""
    build(sources, index)
    engine = Engine.open(index, QUICK)
    before = engine.search(Query("每月接访", 5))
    (sources / "信访.txt").unlink()
    build(sources, index)
    assert engine.search(Query("每月接访", 5)) == before
    assert "接访" not in "".join(h.passage.text for h in Engine.open(index, QUICK).search(Query("每月接访", 5)))


def test_bad_files_are_listed_with_reasons_and_the_rest_is_indexed(sources: Path, index: Path) -> None:
    """Empty, blank, binary, linked, special and unsupported files cost nothing but themselves."""
    (sources / "空.txt").write_bytes(b"")
    (sources / "白.txt").write_bytes(b" \n\n\t ")
    (sources / "图.txt").write_bytes(b"\x89PNG\r\n" + bytes(400))
    (sources / "数.txt").write_bytes(bytes(range(256)) * 20)
    (sources / "表.pdf").write_bytes(b"%PDF-1.7\n")
    os.mkfifo(sources / "管道.txt")
    (sources / "链接.txt").symlink_to("/etc/passwd")
    (sources / "断链.txt").symlink_to(sources / "没有")
    (sources / "环").symlink_to(sources)
    report = build(sources, index)
    reasons = {s.source: s.reason for s in report.skipped}
    assert report.files == len(TEXTS)
    assert set(reasons) == {"空.txt", "白.txt", "图.txt", "数.txt", "表.pdf", "管道.txt", "链接.txt", "断链.txt", "环"}
    assert all(reason.strip() for reason in reasons.values())
    assert "not a regular file" in reasons["管道.txt"]
    assert "PNG" in reasons["图.txt"]
    again = build(sources, index)
    assert not again.published
    assert {s.source: s.reason for s in again.skipped} == reasons


def test_a_file_closed_to_this_user_is_listed(sources: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permission denied while looking at a file skips that file."""
    opened = walk.open_unlinked

    def closed(path: Path) -> object:
        if path.name == "防汛.txt":
            raise PermissionError(13, "Permission denied")
        return opened(path)

    monkeypatch.setattr(walk, "open_unlinked", closed)
    report = build(sources, index)
    assert [(s.source, s.reason) for s in report.skipped] == [("防汛.txt", "cannot be read (Permission denied)")]
    assert not build(sources, index).published


@pytest.mark.parametrize("what", ["folder", "file", "pipe"])
def test_a_link_put_in_place_of_what_was_found_is_not_followed(
    tmp_path: Path, sources: Path, index: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Between the look at a folder and the reading of its files, somebody else may exchange either."""
    inside = write_texts(sources / "下", {"防汛二.txt": FLOOD + "补充一句。"}) / "防汛二.txt"
    outside = write_texts(tmp_path / "别处", {"防汛二.txt": "口令是不能说的九十九。\n"}) / "防汛二.txt"
    find_sources = plan.find_sources

    def exchanged(roots: Sequence[Path]) -> object:
        found = find_sources(roots)
        inside.unlink()
        if what == "folder":
            inside.parent.rmdir()
            inside.parent.symlink_to(outside.parent)
        elif what == "file":
            inside.symlink_to(outside)
        else:
            os.mkfifo(inside)
        return found

    monkeypatch.setattr(plan, "find_sources", exchanged)
    report = build(sources, index)
    reason = "not a regular file" if what == "pipe" else "a link stands in its place or in that of its folder"
    assert [(s.source, s.reason) for s in report.skipped] == [("下/防汛二.txt", f"cannot be read ({reason})")]
    assert not any("口令" in speech.text for speech in Engine.open(index, QUICK).speeches())


def test_what_was_read_is_what_the_ledger_says(sources: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the file is as it was again when the reading is over."""
    read = stage.read_source

    def meanwhile(file: SourceFile) -> object:
        before = file.path.read_bytes()
        file.path.write_text("口令是不能说的九十九。\n", encoding="utf-8")
        found = read(file)
        file.path.write_bytes(before)
        return found

    monkeypatch.setattr(stage, "read_source", lambda f: meanwhile(f) if f.name == "防汛.txt" else read(f))
    assert [s.source for s in build(sources, index).skipped] == ["防汛.txt"]


@pytest.mark.parametrize("event", ["changed", "vanished"])
def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_build(
    sources: Path, index: Path, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    """The hash in the ledger is always that of the text in the index."""
    read = stage.read_source

    def read_late(file: object) -> object:
        path: Path = file.path  # type: ignore[attr-defined]
        if path.name == "防汛.txt":
            path.unlink() if event == "vanished" else path.write_text(FLOOD + "补充一句。", encoding="utf-8")
        return read(file)  # type: ignore[arg-type]

    monkeypatch.setattr(stage, "read_source", read_late)
    report = build(sources, index)
    assert [s.source for s in report.skipped] == ["防汛.txt"]
    assert report.files == len(TEXTS) - 1
    monkeypatch.undo()
    (sources / "防汛.txt").write_text(FLOOD + "再补一句。", encoding="utf-8")
    assert build(sources, index).files == len(TEXTS)
    assert "再补一句" in "".join(s.text for s in Engine.open(index, QUICK).speeches())


@pytest.mark.parametrize("files", [{}, {"空.txt": ""}, {"空.txt": "", "白.txt": "  \n"}])
def test_a_folder_without_a_speech_leaves_the_index_as_it_was(
    sources: Path, index: Path, tmp_path: Path, files: dict[str, str]
) -> None:
    """One sentence says what was found; the live index answers as before and no litter stays."""
    build(sources, index)
    before = generations(index)
    empty = tmp_path / "没有"
    empty.mkdir()
    write_texts(empty, files)
    with pytest.raises(SourceError, match=r"no files were found|no speech could be read"):
        build(empty, index)
    assert generations(index) == before
    assert Engine.open(index, QUICK).search(Query("安全生产"))


def test_a_first_build_of_nothing_makes_no_index(tmp_path: Path) -> None:
    """An empty folder is an error, and afterwards there is still no index."""
    (tmp_path / "空").mkdir()
    with pytest.raises(SourceError):
        build(tmp_path / "空", tmp_path / "index")
    with pytest.raises(IndexMissing):
        open_store(tmp_path / "index")


def test_the_same_bytes_twice_are_one_speech_with_both_sources(sources: Path, index: Path) -> None:
    """A copy adds a source and no speech; it counts as a copy of every hit and takes over when the first goes."""
    first = build(sources, index)
    shutil.copy(sources / "防汛.txt", sources / "转载.txt")
    report = build(sources, index)
    assert (report.files, report.speeches, report.added) == (first.files + 1, first.speeches, 1)
    hit = Engine.open(index, QUICK).search(Query("水库巡查", 1))[0]
    assert (hit.source, list(hit.metadata["also_in"]), hit.copies) == ("转载.txt", ["防汛.txt"], 1) or (
        hit.source,
        list(hit.metadata["also_in"]),
        hit.copies,
    ) == ("防汛.txt", ["转载.txt"], 1)
    (sources / hit.source).unlink()
    report = build(sources, index)
    left = Engine.open(index, QUICK).search(Query("水库巡查", 1))[0]
    assert (report.removed, report.unchanged) == (1, first.files)
    assert left.source == hit.metadata["also_in"][0]
    assert "also_in" not in left.metadata
    assert left.copies == 0


def test_files_of_one_name_in_two_folders_are_told_apart(tmp_path: Path, index: Path) -> None:
    """Sources of the same name are both indexed, each under a name of its own."""
    for year, text in (("2019", SAFETY), ("2020", FLOOD), ("2021", "")):
        write_texts(tmp_path / year, {"讲话.txt": text, "空.txt": "", "表.pdf": "%PDF-"})
    folders = [tmp_path / year for year in ("2019", "2020", "2021")]
    report = build_index(folders, index, QUICK)
    entries = open_store(index)[1].ledger()
    assert report.files == 2
    assert len({e.source for e in entries}) == len(entries) == 9
    assert {s.source for s in open_store(index)[1].speeches()} == {"讲话.txt", "2020/讲话.txt"}
    assert not build_index(folders, index, QUICK).published


def test_an_index_inside_the_source_folder_does_not_index_itself(sources: Path) -> None:
    """Building twice with the index below the sources is still "nothing changed"."""
    report = build(sources, sources / "索引")
    assert (report.files, report.skipped) == (len(TEXTS), ())
    assert not build(sources, sources / "索引").published


def test_a_source_that_does_not_exist_is_named(tmp_path: Path, index: Path) -> None:
    """A misspelt folder is an error and not an empty corpus."""
    with pytest.raises(SourceError, match="没有这个"):
        build(tmp_path / "没有这个", index)


def test_the_original_folds_to_the_text(tmp_path: Path, index: Path) -> None:
    """What a citation shows as received is the passage, but for script, width, litter and annotations."""
    plain = "全县政务信息工作会议今天召开。\n一、提高认识\n信息是领导决策的依据，迟报漏报的要通报批评。\n"
    traditional = "全縣政務信息工作會議今天召開。\n一、提高認識\n信息是領導決策的依據，遲報漏報的要通報批評。\n"
    wide = "在２０１９年防汛会议上的讲话\n各县要储备编织袋５万条以上。\n"
    write_texts(tmp_path / "来源", {"繁.txt": traditional, "宽.txt": wide, "简.txt": plain[:20] + "另一篇。\n"})
    build(tmp_path / "来源", index)
    for passage in open_store(index)[1].iter_passages():
        engine = Engine.open(index, QUICK)
        original = engine.original(passage.passage.speech_id, passage.passage.start, passage.passage.end)
        assert fold(original) == fold(passage.passage.text)
        assert engine.speech(passage.passage.speech_id).text[passage.passage.start : passage.passage.end] == (
            passage.passage.text
        )


def test_a_hit_shows_the_file_as_it_stood(tmp_path: Path, index: Path) -> None:
    """Traditional characters and a NUL in the file: searched clean, shown as received."""
    text = "在全縣會議上的講話\n同\x00志們：\n一、備足物資\n各縣要儲備編織袋五萬條以上。\n" + "要落实责任。\n" * 40
    (tmp_path / "来源").mkdir()
    (tmp_path / "来源" / "繁.txt").write_bytes(text.encode("utf-8"))
    build(tmp_path / "来源", index)
    hit = Engine.open(index, QUICK).search(Query("储备编织袋", 1))[0]
    assert "各县要储备编织袋五万条以上" in hit.passage.text
    assert "各縣要儲備編織袋五萬條以上" in hit.original
    assert hit.original in text


def test_a_file_name_in_another_encoding_is_indexed_and_printable(tmp_path: Path, index: Path) -> None:
    """A name in GBK bytes is read as such; nothing a name holds breaks the index."""
    (tmp_path / "来源").mkdir()
    (tmp_path / "来源" / os.fsdecode("讲话.txt".encode("gbk"))).write_bytes(SAFETY.encode("gbk"))
    build(tmp_path / "来源", index)
    hit = Engine.open(index, QUICK).search(Query("安全生产", 1))[0]
    assert hit.source == "讲话.txt"
    assert "安全生产" in hit.passage.text


def test_a_collection_is_indexed_as_it_stands(index: Path) -> None:
    """Every document of a test collection is one passage under its own id, untouched but for invisible characters."""
    manifest = build_collection([("d1", "题", "一、信息\u200b工作"), ("d2", "", "防汛"), ("d3", "", "")], index, QUICK)
    assert (manifest.files, manifest.speeches, manifest.passages) == (3, 3, 2)
    other = build_collection([("d1", "题目", "一、信息\u200b工作"), ("d2", "", "防汛")], index.parent / "other", QUICK)
    assert manifest.corpus_sha256 != other.corpus_sha256
    ranked = Engine.open(index, QUICK).rank("信息工作", 5)
    assert (ranked[0][0].speech_id, ranked[0][0].text) == ("d1", "一、信息工作")


def test_a_collection_knows_the_years_that_titles_tell(index: Path) -> None:
    """They can be filtered by, as those of files; a title about something else tells none."""
    titles = {"a": "2005年岚溪县政府工作报告", "b": "2006年岚溪县政府工作报告", "c": "2005年粮食产量引发热议"}
    build_collection([(key, title, "抓好水利建设") for key, title in titles.items()], index, QUICK)
    hits = Engine.open(index, QUICK).search(Query("水利建设", 3, {"year": ("2005",)}))
    assert [hit.passage.speech_id for hit in hits] == ["a"]


def test_a_build_keeps_the_encoder_of_the_index(tmp_path: Path) -> None:
    """Building again without naming an encoder must not switch an index back to the built-in one."""
    write_texts(tmp_path / "texts")
    build(tmp_path / "texts", tmp_path / "index")
    build_index([tmp_path / "texts"], tmp_path / "index", Settings())
    assert layout.read_manifest(layout.current_generation(tmp_path / "index")).embedder == "hash"


def test_a_fault_in_one_text_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen exception while one file is cleaned is that file's reason, not the end of the build."""
    write_texts(tmp_path / "texts")
    (tmp_path / "texts" / "bad.txt").write_text("同志们：\n这一篇会出错。", encoding="utf-8")
    healthy = preparing.clean

    def faulty(document: Document) -> CleanDocument:
        if "出错" in document.text:
            raise RecursionError("too deep")
        return healthy(document)

    monkeypatch.setattr(preparing, "clean", faulty)
    report = build(tmp_path / "texts", tmp_path / "index")
    assert [s.source for s in report.skipped] == ["bad.txt"]
    assert "RecursionError" in report.skipped[0].reason
    assert report.files == len(TEXTS)
