"""The encoding of a text file."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cdi_spark.discovery.read.code_pages import find_code_page

Open = Callable[[Path], BinaryIO]

_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Spark's names. Spark reads Latin-1 without a setting; Latin-1 has no letter at 0x80 to 0x9f.
_SPARK = {
    "utf-8": None, "utf-16": "UTF-16", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "utf-32": "UTF-32",
    "latin-1": "ISO-8859-1", "cp1252": "windows-1252", "cp1250": "windows-1250", "iso8859-2": "ISO-8859-2",
    "cp1251": "windows-1251", "koi8-r": "KOI8-R", "koi8-u": "KOI8-U", "iso8859-5": "ISO-8859-5", "cp866": "IBM866",
    "cp1253": "windows-1253", "iso8859-7": "ISO-8859-7", "cp1254": "windows-1254", "cp1255": "windows-1255",
    "cp1256": "windows-1256", "cp1257": "windows-1257", "cp874": "x-windows-874", "cp850": "IBM850",
    "cp852": "IBM852", "mac_roman": "x-MacRoman", "cp932": "windows-31j", "euc_jp": "EUC-JP",
    "cp949": "x-windows-949", "gb18030": "GB18030", "cp950": "Big5",
}  # fmt: skip
# Spark 4 reads others only with spark.sql.legacy.javaCharsets.
_PLAIN_TO_SPARK = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1")


@dataclass(frozen=True)
class Encoding:
    """A text file's encoding by Python's name.

    With `is_ascii`, every encoding but UTF-16 and UTF-32 reads the file alike. `broken` is the number of lines that
    are not in the encoding.
    """

    name: str
    is_ascii: bool = False
    broken: int = 0

    @property
    def is_wide(self) -> bool:
        """Whether letters have several bytes each, so that no other encoding reads the file."""
        return self.name.startswith(("utf-16", "utf-32"))


def detect_encoding(path: Path, opened: Open) -> Encoding | None:
    """A text file's encoding, from all its bytes; null when the file is not text.

    A file that is UTF-8 but for a few lines is UTF-8. Of the older encodings, the result is the one in which the
    words consist of letters of one language.
    """
    with opened(path) as file:
        head = file.read(_CHUNK)
        for bom, name in _BOMS:
            if head.startswith(bom) and name != "utf-8":
                return Encoding(name)
        if b"\0" in head and (wide := _detect_utf16(head)):
            return Encoding(wide)
        if _is_binary(head):
            return None
        return _detect_bytes(_read_lines(head, file), has_bom=head.startswith(codecs.BOM_UTF8))


def unite_encodings(found: Sequence[Encoding]) -> str | None:
    """One encoding in which all files can be read; null where there is none."""
    names = {one.name for one in found if not one.is_ascii} or {"utf-8"}
    if names == {"latin-1", "cp1252"}:
        return "cp1252"
    if len(names) > 1 or (any(one.is_ascii for one in found) and any(one.is_wide for one in found)):
        return None
    return names.pop()


def spark_encoding(encoding: str) -> str | None:
    """The value of Spark's `encoding` option; null for UTF-8, its default."""
    return _SPARK[encoding]


def needs_java_charsets(encoding: str) -> bool:
    """Whether Spark reads the encoding only with spark.sql.legacy.javaCharsets."""
    return encoding not in _PLAIN_TO_SPARK


def _read_lines(head: bytes, file: BinaryIO) -> Iterable[bytes]:
    """The file in parts of whole lines, or of whole characters where a line is longer than a part."""
    rest = b""
    while head:
        part = rest + head
        cut = part.rfind(b"\n") + 1
        if not cut and len(part) > _CHUNK:
            cut = len(part) - _count_begun(part)
        if cut:
            yield part[:cut]
        rest = part[cut:]
        head = file.read(_CHUNK)
    yield rest


def _count_begun(part: bytes) -> int:
    """The bytes of a character of UTF-8 that goes on behind the part."""
    return next((n for n in range(1, 4) if part[-n] >= 0xC0), 0)


def _detect_bytes(parts: Iterable[bytes], *, has_bom: bool) -> Encoding | None:
    """The encoding of text whose letters of ASCII have one byte."""
    sound = broken = 0
    odd = bytearray()
    for part in parts:
        if part.isascii():
            continue
        for line in part.split(b"\n"):
            if line.isascii():
                continue
            try:
                line.decode()
                sound += 1
            except UnicodeDecodeError:
                broken += 1
                if len(odd) < _CHUNK:
                    odd += line[:_CHUNK] + b"\n"
    if not broken:
        return Encoding("utf-8", is_ascii=not sound and not has_bom)
    # Text in an older encoding hardly ever has a line that is UTF-8.
    name = None if has_bom or sound >= broken else find_code_page(bytes(odd))
    return Encoding(name, broken=sound) if name else Encoding("utf-8", broken=broken)


def _is_binary(head: bytes) -> bool:
    # Zeros at the end are what a program left that was stopped.
    text = head.rstrip(b"\0")
    zeros = text.count(0)
    controls = sum(text.count(bytes([code])) for code in (*range(1, 9), *range(14, 27), *range(28, 32)))
    return not text or max(zeros - 3, controls) > 0.01 * len(text)


def _detect_utf16(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: line ends and delimiters have a zero in every second byte."""
    for name, zero_at in (("utf-16-le", 1), ("utf-16-be", 0)):
        try:
            text = codecs.getincrementaldecoder(name)().decode(head)
        except UnicodeDecodeError:
            continue
        plain = sum(c.isprintable() or c in "\r\n\t" for c in text)
        zeros = head[zero_at::2].count(0)
        others = head[1 - zero_at :: 2].count(0)
        if plain > 0.98 * len(text) and zeros > 10 * others and ("\n" in text or zeros > 0.5 * len(text)):
            return name
    return None
