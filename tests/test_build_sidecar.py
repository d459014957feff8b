"""``speeches.csv`` beside the sources: a person's word goes before the rules', and every line counts or is named."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_corpus import FLOOD, INFORMATION, PETITION, QUICK, SAFETY, TEXTS, build, write_texts
from speechrag.build import build_index
from speechrag.building import stage
from speechrag.building.sidecar import BEGINNING, HEADERS, read_table, write_table
from speechrag.embedding.hashing import HashingEncoder
from speechrag.engine import Engine
from speechrag.errors import SourceError
from speechrag.index.opened import open_store
from speechrag.records import BuildReport, Query, Speech

ANTHOLOGY = "讲话稿大全(2篇)\n篇一\n" + SAFETY + "\n篇二\n" + FLOOD


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return write_texts(tmp_path / "来源", {**TEXTS, "合集.txt": ANTHOLOGY})


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def corrected(sources: Path, index: Path, table: str, encoding: str = "utf-8") -> BuildReport:
    """Build with ``table`` as the sidecar file of ``sources``."""
    (sources / "speeches.csv").write_bytes(table.encode(encoding))
    return build(sources, index)


def speeches(index: Path) -> dict[tuple[str, int], Speech]:
    return {(s.source, s.ordinal): s for s in open_store(index)[1].speeches()}


def problems(report: BuildReport) -> dict[str, str]:
    return {s.source: s.reason for s in report.skipped}


def test_a_value_in_the_table_goes_before_what_the_rules_found(sources: Path, index: Path) -> None:
    """It has no evidence in the text and is marked; other values, texts and ids stay; it can be searched for."""
    build(sources, index)
    before = speeches(index)[("信息.txt", 1)]
    report = corrected(sources, index, "文件,年份,机关,标题\n信息.txt,2011,区委,区信息工作会议讲话\n")
    after = speeches(index)[("信息.txt", 1)]
    assert (after.metadata["year"], after.metadata["organ"], after.title) == (2011, "区委", "区信息工作会议讲话")
    assert after.quality["metadata_from"] == {"organ": "sidecar", "title": "sidecar", "year": "sidecar"}
    assert not {"year", "organ"} & set(after.evidence)
    rest = {k: v for k, v in after.metadata.items() if k not in ("year", "organ")}
    assert rest == {k: v for k, v in before.metadata.items() if k not in ("year", "organ")}
    assert (after.speech_id, after.text, after.sections) == (before.speech_id, before.text, before.sections)
    assert report.notes == ("speeches.csv: 3 values of 1 speeches corrected",)
    assert report.skipped == ()
    hits = Engine.open(index, QUICK).search(Query("信息工作", 10, {"year": ("2011",)}))
    assert {h.source for h in hits} == {"信息.txt"}
    assert hits[0].title == "区信息工作会议讲话"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_what_office_programs_save_is_read(encoding: str, mark: str) -> None:
    """Encodings and separators of Excel and WPS; headers in Chinese or as the metadata are named; numbers as 2011.0."""
    table = mark.join(("source", "第几篇", "Year", "级别", "主题", "genre"))
    row = mark.join(("甲、乙.txt", "1.0", "2011.0", "县级", "安全生产、信访", "-"))
    lines, wrong = read_table(f"{table}\r\n{row}\r\n{mark * 5}\r\n".encode(encoding))
    assert wrong == []
    assert [(line.line, line.source, line.ordinal) for line in lines] == [(2, "甲、乙.txt", 1)]
    assert lines[0].values == {"year": 2011, "level": "县", "topics": ["安全生产", "信访"], "genre": None}


def test_an_empty_cell_leaves_and_a_dash_removes(sources: Path, index: Path) -> None:
    """Nothing said is nothing changed; "-" says that the value found is wrong and none is known."""
    build(sources, index)
    before = speeches(index)[("信息.txt", 1)].metadata
    assert before["occasion"] and before["genre"]
    corrected(sources, index, "文件,场合,文种\n信息.txt,-,\n")
    after = speeches(index)[("信息.txt", 1)]
    assert "occasion" not in after.metadata
    assert after.metadata["genre"] == before["genre"]
    assert after.quality["metadata_from"] == {"occasion": "sidecar"}


def test_a_line_for_one_speech_goes_before_the_line_of_its_file(sources: Path, index: Path) -> None:
    """A line without a number is for all speeches of the file."""
    corrected(sources, index, "文件,第几篇,年份,机关\n合集.txt,2,2012,\n合集.txt,,2010,县政府\n")
    found = speeches(index)
    assert [found[("合集.txt", n)].metadata["year"] for n in (1, 2)] == [2010, 2012]
    assert [found[("合集.txt", n)].metadata["organ"] for n in (1, 2)] == ["县政府", "县政府"]


@pytest.mark.parametrize(
    ("table", "place", "reason"),
    [
        ("文件,年份\n没有.txt,2010\n", "line 2", "no file '没有.txt'"),
        ("文件,年份\n空.txt,2010\n", "line 2", "空.txt was skipped"),
        ("文件,年份\n信息.txt,〇九\n", "line 2", "expected a year"),
        ("文件,年份\n信息.txt,20111\n", "line 2", "expected a year"),
        ("文件,第几篇,年份\n合集.txt,3,2010\n", "line 2", "holds 2 speech(es) and no number 3"),
        ("文件,第几篇,年份\n合集.txt,首,2010\n", "line 2", "expected 1, 2, 3"),
        ("文件,第几篇,年份\n合集.txt,0,2010\n", "line 2", "expected 1, 2, 3"),
        ("文件,标题\n合集.txt,一个标题\n", "line 2", "gives 2 speeches one title"),
        ("文件,标题\n信息.txt,-\n", "line 2", "a speech has a title"),
        ("文件,年分\n信息.txt,2010\n", "line 1", "there is no column `年分`"),
        ("文件,年份,year\n信息.txt,2010,2011\n", "line 1", "stands twice"),
        ("文件,年份\n,2010\n", "line 2", "names no file"),
        ("文件,年份\n信息.txt,2010\n信息.txt,2011\n", "line 3", "another one in line 2"),
    ],
)
def test_a_line_that_says_nothing_usable_is_named(
    sources: Path, index: Path, table: str, place: str, reason: str
) -> None:
    """The file, the line, what is wrong and what became of it; the build goes on, and says so again next time."""
    (sources / "空.txt").write_bytes(b"")
    report = corrected(sources, index, table)
    assert reason in problems(report)[f"speeches.csv!{place}"]
    assert set(problems(report)) == {"空.txt", f"speeches.csv!{place}"}
    again = build(sources, index)
    assert not again.published
    assert again.skipped == report.skipped


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "has no column"),
        ("名称,年份\n信息.txt,2010\n".encode(), "has no column `文件`"),
        (bytes(range(128, 256)) * 30, "fits no encoding"),
    ],
)
def test_a_table_that_cannot_be_used_is_skipped_with_the_reason(
    sources: Path, index: Path, data: bytes, reason: str
) -> None:
    """The texts are indexed without it."""
    (sources / "speeches.csv").write_bytes(data)
    report = build(sources, index)
    assert reason in problems(report)["speeches.csv"]
    assert report.files == len(TEXTS) + 1
    assert not build(sources, index).published


def test_many_wrong_lines_are_counted_rather_than_listed(sources: Path, index: Path) -> None:
    """A table made for another folder does not bury the other reasons."""
    report = corrected(sources, index, "文件,年份\n" + "没有.txt,2010\n" * 500)
    assert problems(report)["speeches.csv!further lines"] == "300 more such lines"
    assert len(report.skipped) == 201


def test_only_the_table_of_a_source_folder_itself_is_one(sources: Path, index: Path) -> None:
    """A file of that name further down, a link or a folder is no sidecar file and is listed like any other."""
    write_texts(sources, {"下/speeches.csv": "文件,年份\n信息.txt,2010\n"})
    (sources / "speeches.csv").symlink_to(sources / "下" / "speeches.csv")
    assert set(problems(build(sources, index))) == {"speeches.csv", "下/speeches.csv"}
    assert "year" not in speeches(index)[("信息.txt", 1)].metadata


def test_changing_only_the_table_reads_and_embeds_nothing(
    sources: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The texts and vectors are taken over; taking the table away brings back what the rules found."""
    build(sources, index)
    before = speeches(index)

    def forbidden(*_: object) -> object:
        raise AssertionError("read or embedded again")

    monkeypatch.setattr(stage, "read_source", forbidden)
    monkeypatch.setattr(HashingEncoder, "encode_documents", forbidden)
    report = corrected(sources, index, "文件,年份\n信息.txt,2010\n")
    assert report.published and (report.changed, report.unchanged) == (0, len(TEXTS) + 1)
    assert speeches(index)[("信息.txt", 1)].metadata["year"] == 2010
    corrected(sources, index, "文件,年份\n信息.txt,2011\n")
    assert speeches(index)[("信息.txt", 1)].metadata["year"] == 2011
    (sources / "speeches.csv").unlink()
    assert build(sources, index).published
    assert speeches(index) == before


def test_each_source_folder_has_a_table_of_its_own(tmp_path: Path, index: Path) -> None:
    """A name in a table is the name below its own folder, or the one the index shows."""
    for year, text in (("2019", SAFETY), ("2020", FLOOD)):
        table = f"文件,年份\n讲话.txt,{year}\n"
        write_texts(tmp_path / year, {"讲话.txt": text, "speeches.csv": table})
    report = build_index([tmp_path / "2019", tmp_path / "2020"], index, QUICK)
    assert {s.source: s.metadata["year"] for s in open_store(index)[1].speeches()} == {
        "讲话.txt": 2019,
        "2020/讲话.txt": 2020,
    }
    assert len(report.notes) == 2 and report.skipped == ()


def test_a_table_may_be_named_beside_single_files(sources: Path, index: Path) -> None:
    """Files given one by one have the table that is given with them; a link of that name elsewhere is still listed."""
    (sources / "speeches.csv").write_text("文件,年份\n信息.txt,2010\n", encoding="utf-8")
    other = write_texts(sources.parent / "别处", {"另.txt": SAFETY})
    (other / "speeches.csv").symlink_to(sources / "speeches.csv")
    report = build_index([sources / "信息.txt", sources / "speeches.csv", other], index, QUICK)
    assert report.notes == ("speeches.csv: 1 values of 1 speeches corrected",)
    assert [s.reason for s in report.skipped] == ["a symbolic link; links are not followed"]
    assert speeches(index)[("信息.txt", 1)].metadata["year"] == 2010


def test_a_copy_and_the_members_of_an_archive_can_be_named(tmp_path: Path, index: Path) -> None:
    """The bytes are one speech under any of their names; the name of a list is all that is in it."""
    texts = {"防汛": "全县防汛工作会议讲话\n要备足编织袋。", "信访": "全县信访工作会议讲话\n要下访。"}
    rows = "\n".join(json.dumps({"id": name, "text": text}) for name, text in texts.items())
    table = "文件,年份,地区\n抄.txt,2001,\n库.jsonl,,某县\n库.jsonl!信访,2002,\n"
    folder = write_texts(tmp_path / "s", {"原.txt": SAFETY, "抄.txt": SAFETY, "库.jsonl": rows, "speeches.csv": table})
    report = build(folder, index)
    assert report.skipped == ()
    found = {s.source: s.metadata for s in open_store(index)[1].speeches()}
    (shared,) = (m for source, m in found.items() if source in ("原.txt", "抄.txt"))
    assert shared["year"] == 2001
    assert [found[f"库.jsonl!{name}"].get("year") for name in ("防汛", "信访")] == [None, 2002]
    assert {found[f"库.jsonl!{name}"]["region"] for name in ("防汛", "信访")} == {"某县"}


def exported(index: Path) -> str:
    return "".join(write_table(open_store(index)[1].speeches()))


def test_the_exported_table_is_the_file_to_edit(sources: Path, index: Path) -> None:
    """Unedited it changes nothing; an edited cell is the only thing that changes; a second export keeps the edit."""
    build(sources, index)
    before = speeches(index)
    table = exported(index)
    assert table.startswith("\ufeff文件,第几篇,标题,")
    corrected(sources, index, table)
    assert speeches(index) == before
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert next(row[BEGINNING] for row in rows if row["文件"] == "信息.txt").startswith("同志们")
    for row in rows:
        if row["文件"] == "防汛.txt":
            row["年份"], row["主题"] = "1998", "防汛、应急"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    report = corrected(sources, index, out.getvalue(), "gb18030")
    assert report.notes == ("speeches.csv: 2 values of 1 speeches corrected",) and report.skipped == ()
    after = speeches(index)
    assert after[("防汛.txt", 1)].metadata == {
        **before[("防汛.txt", 1)].metadata,
        "year": 1998,
        "topics": ["防汛", "应急"],
    }
    assert {k: s for k, s in after.items() if k[0] != "防汛.txt"} == {
        k: s for k, s in before.items() if k[0] != "防汛.txt"
    }
    corrected(sources, index, exported(index))
    assert speeches(index) == after


CELL = st.text(alphabet="=+-@'\"县,;\t\n年1２無", min_size=1, max_size=6)


@given(st.lists(CELL.filter(lambda c: c.strip() == c and c not in ("-", "无")), min_size=1, max_size=4))
def test_no_cell_of_an_exported_table_is_a_formula_and_each_comes_back(cells: list[str]) -> None:
    """A spreadsheet calculates nothing, and reading the table gives the title and organ that were written."""
    written = [
        Speech(f"a-{n}", "a", "甲.txt", n, cell, cell, 0, 1, metadata={"organ": cell})
        for n, cell in enumerate(cells, 1)
    ]
    table = "".join(write_table(written))
    for row in list(csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline="")))[1:]:
        assert not any(cell[:1] in "=+-@\t" for cell in row if cell)
    lines, wrong = read_table(table.encode())
    assert wrong == []
    for line, cell in zip(lines, cells, strict=True):
        assert {line.values["title"], line.values["organ"]} == {cell}


def test_a_table_without_source_names_is_refused() -> None:
    """The column that is missing is named in both spellings."""
    with pytest.raises(SourceError, match="`文件` \\(or `source`\\)"):
        read_table("标题,年份\n甲,2010\n".encode())


NAMES = ("甲.txt", "乙.txt", "丙.md")
VALUE = {"年份": st.sampled_from(["2010", "2011", "", "-", "十"]), "机关": st.sampled_from(["县委", "", "-"])}
ROW = st.fixed_dictionaries(
    {"文件": st.sampled_from([*NAMES, "没有.txt"]), "第几篇": st.sampled_from(["", "1", "2"]), **VALUE}
)
TEXT = st.sampled_from([SAFETY, INFORMATION, PETITION, ANTHOLOGY, ""])
STATE = st.tuples(st.dictionaries(st.sampled_from(NAMES), TEXT, min_size=1), st.none() | st.lists(ROW, max_size=4))


def lay_out(folder: Path, texts: Mapping[str, str], rows: list[dict[str, str]] | None) -> Path:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    write_texts(folder, {**texts, "底.txt": FLOOD})
    if rows is not None:
        lines = [
            "文件,第几篇,年份,机关",
            *(",".join(row[h] for h in ("文件", "第几篇", "年份", "机关")) for row in rows),
        ]
        (folder / "speeches.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@settings(max_examples=8, deadline=None)
@given(st.lists(STATE, min_size=2, max_size=4))
def test_incremental_builds_with_tables_equal_full_builds(
    states: list[tuple[dict[str, str], list[dict[str, str]] | None]],
) -> None:
    """Whatever files and tables come, change and go, the index is that of a fresh build."""
    with tempfile.TemporaryDirectory() as place:
        for number, (texts, rows) in enumerate(states):
            folder = lay_out(Path(place) / "s", texts, rows)
            report = build(folder, Path(place) / "index")
            fresh = build(folder, Path(place) / f"fresh{number}")
            assert speeches(Path(place) / "index") == speeches(Path(place) / f"fresh{number}")
            assert (report.skipped, report.notes) == (fresh.skipped, fresh.notes)


def test_workers_and_tables_go_together(sources: Path, tmp_path: Path) -> None:
    """What the table says is put in after the texts came back, so both ways give the same."""
    (sources / "speeches.csv").write_text("文件,年份\n信息.txt,2010\n合集.txt,1999\n", encoding="utf-8")
    for count in (1, 2):
        build(sources, tmp_path / str(count), replace(QUICK, workers=count))
    assert speeches(tmp_path / "1") == speeches(tmp_path / "2")
    assert HEADERS["year"] == "年份"
