"""Render the Word export for the README: python docs/word_picture.py INDEX [BRIEF]

Needs LibreOffice and pdftoppm; writes docs/outline-docx.png: the first page of a draft beside the evidence table of the
version with sources. The official fonts are proprietary: where they are missing, fontconfig is told to take the free
ones of the same kind, as an office machine would take its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from speechrag.engine import Engine
from speechrag.writing.export import outline_docx

OUT = Path(__file__).resolve().parent / "outline-docx.png"
BRIEF = "县委书记在全县安全生产工作会议上的讲话，2026年，3000字"
SERIF, SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"
KINDS = {
    "仿宋_GB2312": SERIF,
    "楷体_GB2312": SERIF,
    "方正小标宋简体": f"{SERIF} Black",
    "黑体": SANS,
    "宋体": SERIF,
}
DPI = 80


def fonts(folder: Path) -> Path:
    """Write a fontconfig file that names a free font for each official one, the system's own rules kept."""
    rules = "".join(
        f'<match target="pattern"><test name="family"><string>{name}</string></test>'
        f'<edit name="family" mode="append" binding="strong"><string>{free}</string></edit></match>'
        for name, free in KINDS.items()
    )
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include>{rules}</fontconfig>',
        encoding="utf-8",
    )
    return path


def render(folder: Path, name: str, data: bytes, home: Path) -> list[Path]:
    """Return the pages of a docx file as pictures, in order."""
    file = folder / f"{name}.docx"
    file.write_bytes(data)
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts(home)), "HOME": str(home)}
    office = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file)]
    subprocess.run(office, check=True, env=environment, capture_output=True, timeout=180)
    pages = ["pdftoppm", "-r", str(DPI), "-png", str(file.with_suffix(".pdf")), str(folder / name)]
    subprocess.run(pages, check=True, timeout=60)
    return sorted(folder.glob(f"{name}-*.png"))


def main() -> None:
    engine = Engine.open(sys.argv[1])
    outline = engine.expand(engine.outline(sys.argv[2] if len(sys.argv) > 2 else BRIEF))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clean = render(folder, "clean", outline_docx(outline), folder)
        sourced = render(folder, "sourced", outline_docx(outline, sources=True), folder)
        left, right = (Image.open(page).convert("L") for page in (clean[0], sourced[len(clean) + 1]))
        sheet = Image.new("L", (left.width + right.width + 24, left.height), 190)
        sheet.paste(left, (0, 0))
        sheet.paste(right, (left.width + 24, 0))
        sheet.quantize(16).save(OUT, optimize=True)
    sys.stdout.write(f"{OUT}: {OUT.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
