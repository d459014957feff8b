"""The index folder: every damage refused, every publish whole, one builder at a time, readers undisturbed."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from small_corpus import QUICK, TEXTS, build, write_texts
from speechrag.engine import Engine
from speechrag.errors import IndexBusy, IndexDamaged, IndexError_, IndexMismatch, IndexMissing, SpeechragError
from speechrag.index import layout
from speechrag.index.opened import open_index, open_store
from speechrag.records import Query

MUTATIONS = 20  # of each kind and file: a hundred a file


def generation(index: Path) -> Path:
    return layout.current_generation(index)


def check(index: Path) -> None:
    """Verify the live generation without loading its encoder: what every way in does first."""
    open_store(index)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with two generations; the tests copy it and leave it alone."""
    folder = tmp_path_factory.mktemp("built")
    sources = write_texts(folder / "来源")
    build(sources, folder / "index")
    (sources / "新.txt").write_text("在动员会上的讲话\n同志们：\n要把工作做实做细。", encoding="utf-8")
    build(sources, folder / "index")
    return folder / "index"


@pytest.fixture
def index(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "索引 甲")


def names(index: Path) -> list[str]:
    folder = generation(index)
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def truncate(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(len(data))]


def flip(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]


def zero_page(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data))
    return data[:at] + bytes(len(data[at : at + 512])) + data[at + 512 :]


def append(data: bytes, draw: random.Random) -> bytes:
    return data + bytes([draw.randrange(256)])


def pointer_file(data: bytes, draw: random.Random) -> bytes:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize {len(data)}\n".encode()


@pytest.mark.parametrize("damage", [truncate, flip, zero_page, append, pointer_file])
def test_every_change_to_every_file_is_refused(index: Path, damage: Callable[[bytes, random.Random], bytes]) -> None:
    """Cut, flipped, zeroed, lengthened or replaced: the file is named, and so is the command that helps."""
    draw = random.Random(f"{damage.__name__}")
    tried = 0
    for name in names(index):
        path = generation(index) / name
        whole = path.read_bytes()
        for _ in range(MUTATIONS):
            damaged = damage(whole, draw)
            if damaged == whole:
                continue
            path.write_bytes(damaged)
            with pytest.raises((IndexDamaged, IndexMismatch)) as caught:
                check(index)
            assert name in str(caught.value) or isinstance(caught.value, IndexMismatch)
            assert "speechrag build" in caught.value.hint
            tried += 1
        path.write_bytes(whole)
    assert tried >= 8 * (MUTATIONS - 5)
    check(index)


def test_a_missing_file_is_refused(index: Path) -> None:
    """Each file of a generation is needed."""
    for name in names(index):
        path = generation(index) / name
        aside = path.rename(index / "aside")
        with pytest.raises(IndexDamaged, match=path.name):
            check(index)
        aside.rename(path)


@pytest.mark.parametrize("name", ["index.pkl", "lexical/more.idx", ".hidden", "manifest.json.bak"])
def test_a_file_that_does_not_belong_is_refused(index: Path, name: str) -> None:
    """A planted file is never opened; the index is refused until it is gone."""
    (generation(index) / name).write_bytes(b"\x80\x04.")
    with pytest.raises(IndexDamaged, match="does not belong to the index"):
        check(index)


def older(index: Path) -> Path:
    return next(p for p in (index / layout.GENERATIONS).iterdir() if p != generation(index))


def test_files_of_two_generations_do_not_mix(index: Path) -> None:
    """Each file swapped with that of the other generation is refused, the manifest too."""
    for name in sorted(set(names(index)) & {layout.CORPUS, layout.VECTORS, layout.MANIFEST, "lexical/meta.json"}):
        path = generation(index) / name
        whole = path.read_bytes()
        path.write_bytes((older(index) / name).read_bytes())
        with pytest.raises(IndexDamaged, match=path.name):
            check(index)
        path.write_bytes(whole)


def test_a_whole_generation_under_another_name_is_refused(index: Path) -> None:
    """The manifest knows which generation it belongs to."""
    live, old = generation(index), older(index)
    shutil.rmtree(live)
    old.rename(live)
    with pytest.raises(IndexDamaged, match=r"manifest\.json: belongs to another generation"):
        check(index)


@pytest.mark.parametrize(
    "pointer",
    [b"", b"\n", b"no-such-generation\n", b"../..\n", b"..\n", b"\xe4\xb8\xad\n", b"a/b\n", b"a\x00b\n", b"\xff"],
)
def test_a_pointer_to_nowhere_is_refused(index: Path, pointer: bytes) -> None:
    """An empty, unknown, escaping or undecodable name never opens anything."""
    (index / layout.CURRENT).write_bytes(pointer)
    with pytest.raises(IndexDamaged) as caught:
        check(index)
    assert "speechrag build" in caught.value.hint


def test_another_format_version_is_refused_with_both_numbers(index: Path) -> None:
    """An index of a later release is not called damaged: it says what it is and what to do."""
    path = generation(index) / layout.MANIFEST
    data = json.loads(path.read_bytes()) | {"format_version": 99, "later": True}
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(
        IndexMismatch, match=f"format 99, this speechrag reads format {layout.FORMAT_VERSION}"
    ) as caught:
        check(index)
    assert "speechrag build" in caught.value.hint


@pytest.mark.parametrize(
    "content", ["[]", "null", "3", '{"format_version": 0}', "{", '"text"', pytest.param("[" * 200_000, id="deep")]
)
def test_a_manifest_of_another_shape_is_refused(index: Path, content: str) -> None:
    """JSON that is no manifest is an error with one sentence."""
    (generation(index) / layout.MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises((IndexDamaged, IndexMismatch)):
        check(index)


def test_a_pointer_that_no_file_system_can_follow_is_refused(index: Path) -> None:
    """A name longer than names can be is damage with one sentence."""
    (index / layout.CURRENT).write_text("2" * 5_000, encoding="ascii")
    with pytest.raises(IndexDamaged, match="cannot be read"):
        check(index)


def test_generations_closed_to_this_user_are_named(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system says of the folder is passed on."""

    def closed(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", closed)
    with pytest.raises(IndexDamaged, match=r"cannot be read \(Permission denied\)"):
        layout.current_generation(index)


def test_no_index_says_how_to_make_one(tmp_path: Path) -> None:
    """A folder without an index, or none at all, gives the build command."""
    with pytest.raises(IndexMissing, match="there is no index here") as caught:
        check(tmp_path / "无")
    assert caught.value.hint.startswith("speechrag build")


def test_another_encoder_is_refused_with_both_fingerprints(index: Path) -> None:
    """Asked for another encoder than the vectors came from, nothing is searched."""
    with pytest.raises(IndexMismatch, match=r"'hash' \(hash-256/1\), asked to search with 'builtin' \([0-9a-f]{16}\)"):
        open_index(index, embedder="builtin")
    assert open_index(index, embedder="hash").encoder.name == "hash"


def test_an_encoder_that_changed_is_refused(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same name with other weights is not the same encoder."""
    from speechrag.embedding.hashing import HashingEncoder

    monkeypatch.setattr(HashingEncoder, "fingerprint", "hash-256/2")
    with pytest.raises(IndexMismatch, match=r"hash-256/1\), which is another one here \(hash-256/2\)") as caught:
        open_index(index)
    assert "speechrag build" in caught.value.hint


def test_another_user_dictionary_is_refused(index: Path, tmp_path: Path) -> None:
    """Queries would be cut into other words than the passages were."""
    dictionary = tmp_path / "词.txt"
    dictionary.write_text("政务内网\n", encoding="utf-8")
    with pytest.raises(IndexMismatch, match="segmenter 'characters', the settings here give 'characters\\+"):
        open_index(index, user_dictionary=str(dictionary))


SEARCH = """
import os, sys
from speechrag.engine import Engine
from speechrag.records import Query
assert not os.access(sys.argv[1], os.W_OK)
print(len(Engine.open(sys.argv[1]).search(Query("安全生产", 1))))
"""


def test_a_read_only_index_can_be_searched(index: Path) -> None:
    """An index on a read-only share or of another user opens: nothing is written beside it."""
    command = [sys.executable, "-c", SEARCH, str(index)]
    if os.geteuid() == 0:  # root may write anywhere unless that is taken away
        setpriv = shutil.which("setpriv") or pytest.skip("root without setpriv cannot give up its rights")
        command = [setpriv, "--bounding-set=-all", "--inh-caps=-all", *command]
    folders = [index, *(p for p in index.rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for folder in folders:
        folder.chmod(0o755)
    assert done.stdout.strip() == "1", done.stderr


def test_a_second_builder_is_told_who_builds(index: Path) -> None:
    """The lock names the process that holds it, and ends with it."""
    with (
        layout.build_lock(index),
        pytest.raises(IndexBusy, match=f"process {os.getpid()}, since .* is building"),
        layout.build_lock(index),
    ):
        pytest.fail("two builders at once")
    with layout.build_lock(index):
        assert (index / layout.LOCK).read_text(encoding="utf-8").startswith(f"process {os.getpid()}")


def test_an_index_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """A file in the place of the folder is one clear error."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(SpeechragError, match="cannot be written here"), layout.build_lock(tmp_path / "file" / "index"):
        pytest.fail("locked a folder that cannot exist")


def test_sweeping_keeps_the_live_generation_and_one_before(index: Path) -> None:
    """Litter of crashed builds and old generations go; what is not ours stays."""
    generations = index / layout.GENERATIONS
    live, before = generation(index), older(index)
    for name in ("staging-0a1b2c3d", "20200101T000000000000-00000000", "20190101T000000000000-ffffffff", "我的资料"):
        (generations / name).mkdir()
        (generations / name / "file").write_text("x", encoding="utf-8")
    layout.sweep(index)
    assert {p.name for p in generations.iterdir()} == {live.name, before.name, "我的资料"}


def test_the_live_generation_is_kept_when_the_clock_went_back(index: Path) -> None:
    """Names carry times, and the pointer counts for more than the time."""
    generations = index / layout.GENERATIONS
    for name in ("29990101T000000000000-00000000", "29980101T000000000000-00000000"):
        (generations / name).mkdir()
    live = generation(index)
    layout.sweep(index)
    assert live.is_dir()
    check(index)


def test_nothing_is_swept_while_the_pointer_is_damaged(index: Path) -> None:
    """What is left may be all there is."""
    (index / layout.CURRENT).write_text("nowhere\n", encoding="ascii")
    before = sorted((index / layout.GENERATIONS).iterdir())
    layout.sweep(index)
    assert sorted((index / layout.GENERATIONS).iterdir()) == before


def test_a_build_repairs_a_damaged_index(index: Path, tmp_path: Path) -> None:
    """The command that the error names works."""
    sources = write_texts(tmp_path / "来源")
    (generation(index) / layout.VECTORS).write_bytes(b"")
    with pytest.raises(IndexDamaged):
        check(index)
    report = build(sources, index)
    assert (report.added, report.files) == (len(TEXTS), len(TEXTS))
    check(index)


def test_a_reader_sees_one_generation_while_others_are_published(tmp_path: Path) -> None:
    """Readers that open and search during 8 publishes always get one whole corpus, and an open one never changes."""
    sources = write_texts(tmp_path / "来源")
    marked = sources / "批次.txt"
    numbers = "零一二三四五六七八九"

    def publish(number: int) -> None:
        marked.write_text(f"在动员会上的讲话\n同志们：\n第{numbers[number]}批任务已经下达。", encoding="utf-8")
        build(sources, tmp_path / "index")

    publish(0)
    first = Engine.open(tmp_path / "index", QUICK)
    asked = Query("批任务已经下达", 1)
    seen: list[str] = []
    failures: list[BaseException] = []
    finished = threading.Event()

    def read() -> None:
        try:
            while not finished.is_set():
                seen.append(Engine.open(tmp_path / "index", QUICK).search(asked)[0].passage.text)
                assert "第零批" in first.search(asked)[0].passage.text
        except BaseException as exc:
            failures.append(exc)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 9):
        publish(number)
    finished.set()
    for reader in readers:
        reader.join()
    assert not failures
    assert {text[text.index("第") :][:3] for text in seen} <= {f"第{n}批" for n in numbers}
    assert "第零批" in first.search(asked)[0].passage.text
    assert "第八批" in Engine.open(tmp_path / "index", QUICK).search(asked)[0].passage.text


def test_all_parts_come_from_one_generation_even_if_the_pointer_moves(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pointer is read once: a swap between texts and vectors changes nothing."""
    other = older(index).name
    verify = layout.verify

    def swap_then_verify(folder: Path, manifest: object) -> None:
        verify(folder, manifest)  # type: ignore[arg-type]
        (index / layout.CURRENT).write_text(other + "\n", encoding="ascii")

    live = generation(index)
    monkeypatch.setattr(layout, "verify", swap_then_verify)
    opened = open_index(index)
    assert opened.folder == live
    assert opened.manifest.generation == live.name
    assert len(opened.vectors) == len(opened.lexical) == opened.store.count("passages")


def test_a_reader_whose_generation_is_swept_takes_the_next(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow opening is not damage."""
    live, other = generation(index), older(index)
    verify = layout.verify

    def sweep_then_verify(folder: Path, manifest: object) -> None:
        if folder == live and folder.is_dir():
            (index / layout.CURRENT).write_text(other.name + "\n", encoding="ascii")
            shutil.rmtree(live)
        verify(folder, manifest)  # type: ignore[arg-type]

    monkeypatch.setattr(layout, "verify", sweep_then_verify)
    assert open_index(index).folder == other


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        yield


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_one_clear_error_and_leaves_no_litter(index: Path, tmp_path: Path) -> None:
    """The failed build takes its half-made files along and the old generation stays."""
    before = generation(index), sorted((index / layout.GENERATIONS).iterdir())
    with pytest.raises(IndexError_, match=r"cannot be written .*No space left on device"):
        build(write_texts(tmp_path / "来源"), index)
    assert (generation(index), sorted((index / layout.GENERATIONS).iterdir())) == before
    check(index)


@pytest.mark.parametrize("name", [layout.LOCK, f"{layout.CURRENT}.new", layout.VECTOR_CACHE])
def test_a_link_in_an_index_folder_leads_no_build_to_write_elsewhere(index: Path, tmp_path: Path, name: str) -> None:
    """An index may come from somebody else, and a file of the builder's own is not theirs to overwrite."""
    own = tmp_path / "own.txt"
    own.write_text("my own words", encoding="utf-8")
    (index / name).unlink(missing_ok=True)
    (index / name).symlink_to(own)
    sources = write_texts(tmp_path / "more", {**TEXTS, "新.txt": "在新年茶话会上的讲话\n祝大家新年快乐。\n"})
    if name == layout.LOCK:
        with pytest.raises(SpeechragError, match="a link stands in its place"):
            build(sources, index)
    else:
        assert build(sources, index).published
    assert own.read_text(encoding="utf-8") == "my own words"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
@pytest.mark.parametrize("name", [layout.CURRENT, layout.MANIFEST, layout.VECTOR_CACHE, layout.LOCK])
def test_nobody_waits_at_a_pipe_in_an_index_folder(index: Path, tmp_path: Path, name: str) -> None:
    """It is refused like any other file that is none of an index, or replaced."""
    folder = layout.current_generation(index) if name == layout.MANIFEST else index
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    sources = write_texts(tmp_path / "more", {**TEXTS, "新.txt": "在新年茶话会上的讲话\n祝大家新年快乐。\n"})
    if name in {layout.CURRENT, layout.MANIFEST}:
        with pytest.raises(IndexDamaged, match="not a regular file"):
            Engine.open(index, QUICK)
    if name == layout.LOCK:
        with pytest.raises(SpeechragError, match="not a regular file"):
            build(sources, index)
    else:
        assert build(sources, index).published
        assert Engine.open(index, QUICK).search(Query("新年", 1))
