"""Word 97, WPS, RTF and OpenDocument text, converted to docx by a LibreOffice without a window."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from speechrag.errors import SourceError
from speechrag.sources.encoding import Decoded
from speechrag.sources.sniff import office_suffix
from speechrag.sources.word import read_docx

_MAX_RESULT = 200 << 20
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""


def converter() -> str:
    """Return the path of LibreOffice's program, empty where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def read_office(data: bytes) -> Decoded:
    """Return the text of a document that LibreOffice opens; works in the current folder, which must be private.

    The profile is new and stays within that folder: macros do not run, links are not updated. Raises SourceError where
    LibreOffice is not installed or gives no document.
    """
    suffix = office_suffix(data)
    program = converter()
    if not program:
        raise SourceError(f"a {suffix[1:]} document needs LibreOffice to be read; install it and build again")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        _convert(program, data, folder / f"in{suffix}")
        result = folder / "in.docx"
        if not result.is_file() or not 0 < result.stat().st_size <= _MAX_RESULT:
            raise SourceError("LibreOffice could not open the document; it may be damaged or encrypted")
        return read_docx(result.read_bytes())


def _convert(program: str, data: bytes, path: Path) -> None:
    path.write_bytes(data)
    profile = Path.cwd() / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    if not settings.is_file():
        settings.parent.mkdir(parents=True)
        settings.write_text(_SETTINGS, encoding="utf-8")
    options = ("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo")
    command = [program, f"-env:UserInstallation={profile.as_uri()}", *options]
    command += ["--convert-to", "docx:MS Word 2007 XML", "--outdir", str(path.parent), str(path)]
    try:
        # The time limit is that of the process this runs in: it ends LibreOffice and all that LibreOffice started.
        subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError as exc:
        raise SourceError(f"LibreOffice cannot be started ({exc.strerror})") from exc
