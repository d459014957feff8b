"""Archives and record files in the build: members are documents of their own, bad ones are named, copies are folded."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_corpus import FLOOD, INFORMATION, PETITION, QUICK, SAFETY, build
from speechrag.building import preparing, previous, stage
from speechrag.engine import Engine
from speechrag.errors import SourceError
from speechrag.index.opened import open_store
from speechrag.records import CleanDocument, Document, Query

Files = Mapping[str, "str | Mapping[str, str]"]  # a mapping is an archive


def lay_out(folder: Path, files: Files) -> Path:
    """Write files below a folder that holds nothing else."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else packed(content)
        (folder / name).write_bytes(data)
    return folder


def packed(members: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def seen(index: Path) -> list[object]:
    """Return everything a user could see of an index."""
    engine = Engine.open(index, QUICK)
    hits = [
        (h.rank, round(h.score, 6), h.passage, h.source, h.title, dict(h.metadata), h.copies)
        for q in ("安全生产责任", "信息报送", "接访", "水库巡查")
        for h in engine.search(Query(q, 20))
    ]
    return [hits, list(engine.speeches()), [(e.source, e.sha256, e.state) for e in engine._index.store.ledger()]]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


MIXED: Files = {"安全.txt": SAFETY, "资料.zip": {"防汛.txt": FLOOD, "空.txt": "", "表.xls": "x", "信访.txt": PETITION}}


def test_good_members_are_indexed_and_bad_ones_listed_with_reasons(tmp_path: Path, index: Path) -> None:
    """The archive counts as one file; a second build does no work and tells the same reasons."""
    folder = lay_out(tmp_path / "sources", MIXED)
    report = build(folder, index)
    assert report.files == 2
    assert {s.source for s in report.skipped} == {"资料.zip!空.txt", "资料.zip!表.xls"}
    assert all(s.reason for s in report.skipped)
    assert Engine.open(index, QUICK).search(Query("水库巡查", 1))[0].source == "资料.zip!防汛.txt"
    again = build(folder, index)
    assert (again.published, again.unchanged, again.skipped) == (False, 2, report.skipped)


def test_an_unchanged_archive_is_not_opened_again(tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its texts and its reasons are taken over from the live index, also under a new name."""
    folder = lay_out(tmp_path / "sources", MIXED)
    build(folder, index)
    (folder / "资料.zip").rename(folder / "新名.zip")
    (folder / "信息.txt").write_text(INFORMATION, encoding="utf-8")
    read: list[str] = []
    real = stage.read_source
    monkeypatch.setattr(stage, "read_source", lambda file: (read.append(file.name), real(file))[1])
    report = build(folder, index)
    assert read == ["信息.txt"]
    assert {s.source for s in report.skipped} == {"新名.zip!空.txt", "新名.zip!表.xls"}
    assert {e.source for e in open_store(index)[1].ledger() if e.state == "indexed"} == {
        "安全.txt",
        "信息.txt",
        "新名.zip",
    }


def test_an_archive_without_a_good_member_is_skipped_with_every_reason(tmp_path: Path, index: Path) -> None:
    """The archive and each of its members are named."""
    report = build(lay_out(tmp_path / "sources", {"安全.txt": SAFETY, "坏.zip": {"空.txt": "", "图.jpg": "x"}}), index)
    reasons = {s.source: s.reason for s in report.skipped}
    assert set(reasons) == {"坏.zip", "坏.zip!空.txt", "坏.zip!图.jpg"}
    assert "none of its 2 members" in reasons["坏.zip"]
    assert report.files == 1


def test_nothing_but_bad_members_leaves_no_index(tmp_path: Path, index: Path) -> None:
    """The error names the first reasons."""
    with pytest.raises(SourceError, match=r"1 file\(s\).*空\.txt"):
        build(lay_out(tmp_path / "sources", {"坏.zip": {"空.txt": ""}}), index)


def test_a_member_with_the_bytes_of_a_file_is_one_speech_with_both_sources(tmp_path: Path, index: Path) -> None:
    """Whichever is removed, the other keeps the speech."""
    files: Files = {"a.zip": {"甲.txt": FLOOD, "乙.txt": SAFETY}, "b.txt": FLOOD, "c.zip": {"丙.txt": FLOOD}}
    folder = lay_out(tmp_path / "sources", files)
    assert build(folder, index).files == 3
    hit = Engine.open(index, QUICK).search(Query("水库巡查", 1))[0]
    assert (hit.source, hit.metadata["also_in"], hit.copies) == ("a.zip!甲.txt", ["b.txt", "c.zip!丙.txt"], 2)
    (folder / "a.zip").unlink()
    build(folder, index)
    hit = Engine.open(index, QUICK).search(Query("水库巡查", 1))[0]
    assert (hit.source, hit.metadata["also_in"]) == ("b.txt", ["c.zip!丙.txt"])
    (folder / "b.txt").unlink()
    build(folder, index)
    hit = Engine.open(index, QUICK).search(Query("水库巡查", 1))[0]
    assert (hit.source, hit.copies) == ("c.zip!丙.txt", 0)


def test_bad_lines_of_a_record_file_cost_only_themselves(tmp_path: Path, index: Path) -> None:
    """Each record is a speech under its own name."""
    rows = '{"text": "全县防汛工作会议讲话\\n要备足编织袋。", "id": "防汛"}\n{"text": 1}\n'
    report = build(lay_out(tmp_path / "sources", {"库.jsonl": rows}), index)
    assert [s.source for s in report.skipped] == ["库.jsonl!line 2"]
    assert Engine.open(index, QUICK).search(Query("编织袋", 1))[0].source == "库.jsonl!防汛"


def test_installing_libreoffice_makes_the_index_out_of_date(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that were skipped for want of it are read by the next build, though they did not change."""
    folder = lay_out(tmp_path / "sources", {"安全.txt": SAFETY})
    monkeypatch.setattr(previous, "readers_fingerprint", lambda: "2")
    build(folder, index)
    monkeypatch.setattr(previous, "readers_fingerprint", lambda: "2+office")
    assert build(folder, index).published
    assert not build(folder, index).published


TEXT = st.sampled_from([SAFETY, FLOOD, PETITION, "", "要加强领导，落实责任。"])
ARCHIVE = st.dictionaries(st.sampled_from(["甲.txt", "乙.txt", "丙.md", "丁.jpg"]), TEXT, min_size=1)
STATE = st.dictionaries(st.sampled_from(["1.txt", "3.txt"]), TEXT) | st.dictionaries(
    st.sampled_from(["0.zip", "2.zip", "4.zip"]), ARCHIVE, min_size=1
)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(STATE, STATE), min_size=2, max_size=4))
def test_incremental_builds_with_archives_equal_full_builds(states: list[tuple[Files, Files]]) -> None:
    """Whatever members are shared, moved or broken, the index is that of a fresh build."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for number, (one, other) in enumerate(states):
            sources = lay_out(folder / "sources", {"9.txt": INFORMATION, **one, **other})
            report = build(sources, folder / "index")
            fresh = build(sources, folder / f"fresh{number}")
            assert seen(folder / "index") == seen(folder / f"fresh{number}")
            assert report.skipped == fresh.skipped


def test_a_fault_in_one_member_costs_that_member_only(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that fails on one text must not take the archive with it."""
    real = preparing.clean

    def failing(document: Document) -> CleanDocument:
        if "水库" in document.text:
            raise ZeroDivisionError("in a rule")
        return real(document)

    monkeypatch.setattr(preparing, "clean", failing)
    report = build(lay_out(tmp_path / "sources", {"a.zip": {"甲.txt": FLOOD, "乙.txt": SAFETY}}), index)
    assert report.speeches == 1
    assert [s.source for s in report.skipped] == ["a.zip!甲.txt"]
    assert "ZeroDivisionError" in report.skipped[0].reason
