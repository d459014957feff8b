"""Zip archives."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from source_files import docx, locked, ole, paragraph, pdf, read_as, set_page, zipped

from speechrag import sources
from speechrag.errors import SourceError
from speechrag.sources import Reading

TEXT = "同志们：\n今天的会议很重要。\n".encode()


def reasons(reading: Reading) -> dict[str, str]:
    return {entry.source: entry.reason for entry in reading.skipped}


def test_members_go_through_the_same_readers_as_files(tmp_path: Path) -> None:
    """Every format inside, each named after its archive, with the id of its own bytes."""
    word = docx(paragraph("文件。"))
    page = b"<html><body><p>page</p></body></html>"
    inside = {"甲/a.txt": TEXT, "b.docx": word, "c.html": page, "d.pdf": pdf([set_page(["讲话全文。"])])}
    found = read_as(tmp_path, zipped(inside), "资料.zip")
    assert [(d.source, d.media) for d in found.documents] == [
        ("资料.zip!甲/a.txt", "text"),
        ("资料.zip!b.docx", "docx"),
        ("资料.zip!c.html", "html"),
        ("资料.zip!d.pdf", "pdf"),
    ]
    assert [d.doc_id for d in found.documents] == [hashlib.sha256(data).hexdigest()[:12] for data in inside.values()]
    assert found.skipped == ()


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_without_the_utf8_flag_are_read_by_their_bytes(tmp_path: Path, encoding: str) -> None:
    """Chinese Windows writes GBK, a Mac writes UTF-8; neither sets the flag."""
    raw = "讲话/工作报告.txt".encode(encoding)
    name = "x" * len(raw)
    data = zipped({name: TEXT}).replace(name.encode(), raw)
    assert [d.source for d in read_as(tmp_path, data, "a.zip").documents] == ["a.zip!讲话/工作报告.txt"]


def test_good_members_are_kept_where_others_are_bad(tmp_path: Path) -> None:
    """Each bad member has its reason; none takes a good one with it."""
    inside = {
        "好.txt": TEXT,
        "空.txt": b"",
        "坏.docx": docx(paragraph("文"))[:-40],
        "假.pdf": b"%PDF-1.7 nothing",
        "照片.jpg": b"\xff\xd8\xff",
        "锁.doc": ole("EncryptedPackage"),
        "也好.txt": TEXT + TEXT,
    }
    found = read_as(tmp_path, zipped(inside), "a.zip")
    assert [d.source for d in found.documents] == ["a.zip!好.txt", "a.zip!也好.txt"]
    said = reasons(found)
    assert set(said) == {f"a.zip!{name}" for name in ("空.txt", "坏.docx", "假.pdf", "照片.jpg", "锁.doc")}
    assert "no text" in said["a.zip!空.txt"] and "cut short" in said["a.zip!坏.docx"]
    assert "PDF" in said["a.zip!假.pdf"] and ".jpg" in said["a.zip!照片.jpg"] and "encrypted" in said["a.zip!锁.doc"]


def test_archives_are_opened_two_deep_and_no_deeper(tmp_path: Path) -> None:
    """A third level is refused, what stands beside it is read."""
    third = zipped({"c.txt": TEXT})
    second = zipped({"b.txt": TEXT * 2, "third.zip": third})
    found = read_as(tmp_path, zipped({"a.txt": TEXT * 3, "second.zip": second}), "first.zip")
    assert [d.source for d in found.documents] == ["first.zip!a.txt", "first.zip!second.zip!b.txt"]
    assert "inside an archive" in reasons(found)["first.zip!second.zip!third.zip"]


@pytest.mark.parametrize("name", ["../../外.txt", "/etc/外.txt", "C:\\外.txt", "好/../../外.txt", "..\\外.txt"])
def test_names_that_lead_out_are_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    """A member's name is never a path; the one good member is read."""
    before = sorted(tmp_path.parent.rglob("*"))
    found = read_as(tmp_path, zipped({name: TEXT, "好.txt": TEXT}), "a.zip")
    assert [d.source for d in found.documents] == ["a.zip!好.txt"]
    assert [entry.reason for entry in found.skipped] == ["its name leads out of the archive; rename it"]
    assert sorted(tmp_path.parent.rglob("*")) == sorted([*before, tmp_path / "a.zip"])


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A member that says it is a symbolic link is refused."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    found = read_as(tmp_path, buffer.getvalue(), "a.zip")
    assert reasons(found) == {"a.zip!link.txt": "a symbolic link; links are not followed"}


def test_encrypted_archives_and_members_say_so(tmp_path: Path) -> None:
    """The whole archive, or the one member that is."""
    with pytest.raises(SourceError, match="encrypted with a password"):
        read_as(tmp_path, locked(zipped({"a.txt": TEXT})), "a.zip")
    buffer = io.BytesIO(locked(zipped({"锁.txt": TEXT})))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("开.txt", TEXT)
    found = read_as(tmp_path, buffer.getvalue(), "b.zip")
    assert [d.source for d in found.documents] == ["b.zip!开.txt"]
    assert "encrypted" in reasons(found)["b.zip!锁.txt"]


def test_a_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    """A thousand times its size is no text."""
    found = read_as(tmp_path, zipped({"零.txt": b"\0" * (20 << 20), "好.txt": TEXT}), "a.zip")
    assert [d.source for d in found.documents] == ["a.zip!好.txt"]
    assert "unpacked size" in reasons(found)["a.zip!零.txt"]


def test_a_member_that_declares_less_than_it_holds_is_refused(tmp_path: Path) -> None:
    """The declared size is a claim of the archive."""
    data = zipped({"零.txt": b"\0" * (20 << 20)})
    lying = data.replace((20 << 20).to_bytes(4, "little"), (2000).to_bytes(4, "little"))
    found = read_as(tmp_path, lying, "a.zip")
    assert found.documents == () and len(found.skipped) == 1


def test_all_members_together_stay_within_the_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Members past the limit are named, those before it are read; nested archives count too."""
    monkeypatch.setattr(sources, "MAX_UNPACKED", 3 * len(TEXT) + 400)
    inner = zipped({"c.txt": TEXT, "d.txt": TEXT * 20})
    found = read_as(tmp_path, zipped({"a.txt": TEXT, "b.zip": inner, "e.txt": TEXT * 9}), "a.zip")
    assert [d.source for d in found.documents] == ["a.zip!a.txt", "a.zip!b.zip!c.txt"]
    assert all("over the limit" in reason for reason in reasons(found).values()) and len(found.skipped) == 2


def test_a_hundred_thousand_members_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    """The table of contents itself can be the attack."""
    entry = zipped({"": b""})
    at, end = entry.find(b"PK\x01\x02"), entry.find(b"PK\x05\x06")
    directory = entry[at:end] * 200_000
    tail = bytearray(entry[end:])
    tail[12:16] = len(directory).to_bytes(4, "little")
    with pytest.raises(SourceError, match="more members than"):
        read_as(tmp_path, entry[:at] + directory + bytes(tail), "a.zip")


def test_more_members_than_the_limit_are_refused(tmp_path: Path) -> None:
    """However small each of them is."""
    with pytest.raises(SourceError, match="10001 members"):
        read_as(tmp_path, zipped({f"{n}.txt": b"" for n in range(10_001)}, zipfile.ZIP_STORED), "a.zip")


def test_members_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """An archive may hold a name twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.txt", TEXT)
        archive.writestr("a.txt", TEXT + TEXT)
    found = read_as(tmp_path, buffer.getvalue(), "a.zip")
    assert [d.source for d in found.documents] == ["a.zip!a.txt", "a.zip!a.txt (2)"]


def test_litter_of_packing_programs_is_passed_over(tmp_path: Path) -> None:
    """Resource forks, thumbnails and readme files are neither documents nor worth a warning."""
    litter = {"__MACOSX/._a.txt": b"x", ".DS_Store": b"x", "Thumbs.db": b"x", "读/README.md": b"x", "读/": b""}
    found = read_as(tmp_path, zipped({**litter, "a.txt": TEXT}), "a.zip")
    assert len(found.documents) == 1 and found.skipped == ()


@pytest.mark.parametrize("name", ["a.zip", "a.docx", "a.txt"])
def test_a_zip_is_recognised_under_any_name(tmp_path: Path, name: str) -> None:
    """Content decides."""
    assert [d.source for d in read_as(tmp_path, zipped({"x.txt": TEXT}), name).documents] == [f"{name}!x.txt"]


@pytest.mark.parametrize("keep", [10, 40, -1, -10])
def test_a_truncated_archive_says_that_it_is_damaged(tmp_path: Path, keep: int) -> None:
    """Its table of contents stands at the end."""
    with pytest.raises(SourceError, match="damaged or cut short"):
        read_as(tmp_path, zipped({"x.txt": TEXT})[:keep], "a.zip")


def test_an_unknown_method_of_packing_is_named(tmp_path: Path) -> None:
    """Some programs pack with methods that are not read here."""
    data = bytearray(zipped({"x.txt": TEXT}))
    for magic, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.find(magic) + at] = 9
    assert "method" in reasons(read_as(tmp_path, bytes(data), "a.zip"))["a.zip!x.txt"]


def test_a_name_that_both_encodings_fit_is_the_one_in_chinese(tmp_path: Path) -> None:
    """图片 in GBK is also UTF-8, for two letters that no file is called by."""
    raw = "图片.txt".encode("gbk")
    assert raw.decode("utf-8") != "图片.txt"
    name = "x" * len(raw)
    data = zipped({name: TEXT}).replace(name.encode(), raw)
    assert [d.source for d in read_as(tmp_path, data, "a.zip").documents] == ["a.zip!图片.txt"]
