"""Word 97, WPS, RTF and OpenDocument texts, through LibreOffice."""

from __future__ import annotations

import shutil
import socket
import zipfile
from pathlib import Path

import pytest
from source_files import OLE, ole, read_as, zipped

from speechrag.errors import SourceError
from speechrag.sources import office, readers_fingerprint, sandbox
from speechrag.sources.sniff import kind_of_bytes, kind_of_text, office_suffix

needs_office = pytest.mark.skipif(not office.converter(), reason="LibreOffice (soffice) is not on this machine's PATH")
NUMBERED = (
    rb"{\rtf1\ansi\uc0{\*\listtable{\list\listtemplateid1{\listlevel\levelnfc39\leveljc0\levelstartat1\levelfollow2"
    rb"{\leveltext\'02\'00\u12289 ;}{\levelnumbers\'01;}}\listid1}}{\*\listoverridetable{\listoverride\listid1"
    rb"\listoverridecount0\ls1}}\pard\u21516 \u24535 \u20204 \par"
    rb"\pard\ls1\ilvl0 \u30002 \par\pard\ls1\ilvl0 \u20057 \par}"
)


@pytest.fixture(scope="module")
def word97(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A real Word 97 document, made by LibreOffice from the RTF."""
    import subprocess

    folder = tmp_path_factory.mktemp("word97")
    (folder / "a.rtf").write_bytes(NUMBERED)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office.converter(), profile, "--headless", "--convert-to", "doc", "--outdir", str(folder)]
    subprocess.run([*command, str(folder / "a.rtf")], check=True, capture_output=True)
    return (folder / "a.doc").read_bytes()


@needs_office
def test_rtf_is_read_with_its_automatic_numbers(tmp_path: Path) -> None:
    """What LibreOffice makes of it goes through the reader for Word documents."""
    document = read_as(tmp_path, NUMBERED, "a.rtf").documents[0]
    assert document.media == "office"
    assert document.text.split("\n") == ["同志们", "一、甲", "二、乙"]


@needs_office
@pytest.mark.parametrize("name", ["a.doc", "a.wps", "a.docx", "a.txt"])
def test_a_word_97_document_is_read_under_any_name(tmp_path: Path, word97: bytes, name: str) -> None:
    """Content decides; newer WPS files are Word files inside."""
    assert read_as(tmp_path, word97, name).documents[0].text.split("\n") == ["同志们", "一、甲", "二、乙"]


@needs_office
def test_what_libreoffice_cannot_open_has_a_reason(tmp_path: Path, word97: bytes) -> None:
    """A document cut short is skipped and the next one is read."""
    with pytest.raises(SourceError, match=r"could not open the document|no text|damaged"):
        read_as(tmp_path, word97[:1500], "cut.doc")
    assert read_as(tmp_path, word97, "whole.doc").documents


def linking_odt(picture: str) -> bytes:
    """Return an OpenDocument text with a picture that lies elsewhere."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:text="{space}:text:1.0" '
        f'xmlns:draw="{space}:drawing:1.0" xmlns:svg="{space}:svg-compatible:1.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:text><text:p>正文'
        '<draw:frame svg:width="5cm" svg:height="5cm" text:anchor-type="as-char">'
        f'<draw:image xlink:href="{picture}" xlink:type="simple"/></draw:frame></text:p></office:text></office:body>'
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    entries = "".join(
        f'<m:file-entry m:full-path="{path}" m:media-type="{media}"/>'
        for path, media in (("/", kind), ("content.xml", "text/xml"))
    )
    manifest = f'<m:manifest xmlns:m="{space}:manifest:1.0">{entries}</m:manifest>'
    parts = {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content}
    return zipped({name: text.encode() for name, text in parts.items()}, zipfile.ZIP_STORED)


@needs_office
def test_a_picture_on_another_machine_is_not_fetched(tmp_path: Path) -> None:
    """Opening a document must tell nobody that it was opened."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        picture = f"http://127.0.0.1:{server.getsockname()[1]}/canary.png"
        assert read_as(tmp_path, linking_odt(picture), "a.odt").documents[0].text == "正文"
        with pytest.raises(TimeoutError):
            server.accept()


def test_without_libreoffice_the_reason_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other files go on; once it is installed, the index no longer counts as up to date."""
    with_office = readers_fingerprint()
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox._close()  # the worker that runs now would still find it
    with pytest.raises(SourceError, match=r"a doc document needs LibreOffice to be read; install it and build again"):
        read_as(tmp_path, ole("WordDocument"), "旧.doc")
    assert readers_fingerprint() != with_office or not shutil.which("soffice")
    sandbox._close()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (ole("EncryptedPackage"), "encrypted with a password"),
        (ole("WordDocument", fib_flags=0x0100), "encrypted with a password"),
        (ole("Workbook"), "an Excel workbook"),
        (ole("PowerPoint Document"), "a PowerPoint presentation"),
    ],
)
def test_what_an_ole_file_holds_is_told_before_anything_opens_it(data: bytes, reason: str) -> None:
    """A locked document, or none at all, never reaches LibreOffice."""
    with pytest.raises(SourceError, match=reason):
        kind_of_bytes(data)


def test_each_kind_goes_to_libreoffice_under_the_name_it_knows() -> None:
    """LibreOffice looks at the extension too."""
    odt = b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text"
    kinds = (ole("WordDocument", fib_flags=0), OLE + b"\0" * 600, odt, b"{\\rtf1}")
    assert [office_suffix(data) for data in kinds] == [".doc", ".wps", ".odt", ".rtf"]
    old_xml = '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="x"/>'
    assert kind_of_text(old_xml, "a.doc") == "office"
    assert office_suffix(old_xml.encode()) == ".xml"
