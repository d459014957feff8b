"""Make ``.venv`` beside the checkout and install speechrag into it; standard library only, any system."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NEEDED = (3, 11)


def prepare(extra: str = "") -> Path:
    """Return the Python of ``.venv`` with speechrag (and its ``extra``) installed; quick when nothing changed."""
    if sys.version_info < NEEDED:
        found = sys.version.split()[0]
        sys.exit(f"speechrag needs Python 3.11 or newer; this is {found}. Run: python3.11 {sys.argv[0]}")
    stamp = VENV / f"installed-{extra or 'run'}"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()).hexdigest()
    if PYTHON.is_file() and stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return PYTHON
    if not _has_pip():  # none yet, or left half made by an interrupted start
        print("Making .venv ...", flush=True)
        venv.create(VENV, with_pip=True)
    print("Installing speechrag and what it needs into .venv (the first time takes some minutes) ...", flush=True)
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", target]
    if subprocess.call(command) != 0:
        sys.exit("The installation failed, pip says why above; it needs a package index or wheels in PIP_FIND_LINKS.")
    stamp.write_text(wanted, encoding="ascii")
    return PYTHON


def _has_pip() -> bool:
    return (
        PYTHON.is_file()
        and subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True).returncode == 0
    )


def run(*arguments: str) -> int:
    """Run ``.venv``'s Python with ``arguments`` in the checkout and return its exit code."""
    # Without compiled byte code every start would cost seconds more.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    try:
        return subprocess.call([str(PYTHON), *arguments], cwd=ROOT, env=environment)
    except KeyboardInterrupt:
        return 130
