"""The house rules that a script can check: which way imports run, what loads when, where settings are read."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "speechrag"

# A part may import from parts with a smaller number; equal numbers are the same part.
ORDER = {
    "__init__": 99,
    "records": 0,
    "stopping": 0,
    "decoding": 0,
    "errors": 0,
    "files": 0,
    "registry": 1,
    "config": 1,
    "dictionary": 1,
    "text": 2,
    "sources": 3,
    "cleaning": 4,
    "structure": 5,
    "passages": 6,
    "embedding": 7,
    "index": 8,
    "retrieval": 9,
    "writing": 10,
    "building": 11,
    "build": 11,
    "engine": 11,
    "evaluation": 12,
    "interfaces": 13,
    "__main__": 13,
}
HEAVY = ("torch", "faiss", "sentence_transformers", "gradio", "langchain", "langchain_core", "tantivy", "lxml", "numpy")


def part_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported_parts(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("speechrag"):
            names = [node.module] if node.module != "speechrag" else [f"speechrag.{a.name}" for a in node.names]
        elif isinstance(node, ast.Import):
            names = [a.name for a in node.names if a.name.startswith("speechrag")]
        else:
            continue
        found.update(name.split(".")[1] if "." in name else "__init__" for name in names)
    return found


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    """A stage imports only from stages above it in the table of the house."""
    own = part_of(path)
    for other in imported_parts(path) - {own, "__version__"}:
        if other in ORDER:
            assert ORDER[other] <= ORDER[own], f"{path.relative_to(PACKAGE)} imports speechrag.{other}"


def test_only_config_reads_the_environment() -> None:
    """Settings are read in one place."""
    readers = [p.name for p in MODULES if "os.environ" in p.read_text("utf-8") or "os.getenv" in p.read_text("utf-8")]
    assert readers == ["config.py"]


def test_nothing_unpickles() -> None:
    """No code path can run what an index or a model file tells it to."""
    banned = ("pickle", "marshal.load", "allow_dangerous", "torch.load(", "trust_remote_code=True")
    for path in MODULES:
        code = path.read_text("utf-8")
        tree = ast.parse(code)
        imports = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        assert not imports & {"pickle", "marshal", "shelve", "dill", "joblib"}, path
        assert not any(word in code for word in banned[2:]), path


def test_help_and_records_load_nothing_heavy() -> None:
    """``speechrag --help`` must feel instant, so no heavy package may be imported on its way."""
    code = (
        "import sys, contextlib, io\n"
        "from speechrag.interfaces.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()): assert main(['--help']) == 0\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_are_the_documented_ones() -> None:
    """The package offers few names, each importable."""
    import speechrag

    assert speechrag.__all__ == ["Engine", "Query", "SpeechragError", "__version__", "build_index"]
    for name in speechrag.__all__:
        assert getattr(speechrag, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        speechrag.Nonsense  # noqa: B018
