"""The encoding of a text file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

Open = Callable[[Path], BinaryIO]

_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings of one byte per letter, the most frequent first: it wins a tie.
_ONE_BYTE = ("cp1252", "cp1250", "iso8859-2", "cp1251", "koi8-r", "cp1253", "cp1254", "cp850")
_NOT_LATIN = ("cp1251", "koi8-r", "cp1253")
# Spark's names. Spark reads Latin-1 without a setting; Latin-1 has no letter at 0x80 to 0x9f.
_SPARK = {
    "utf-8": None, "utf-16": "UTF-16", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "utf-32": "UTF-32",
    "latin-1": "ISO-8859-1", "cp1252": "windows-1252", "cp1250": "windows-1250", "iso8859-2": "ISO-8859-2",
    "cp1251": "windows-1251", "koi8-r": "KOI8-R", "cp1253": "windows-1253", "cp1254": "windows-1254",
    "cp850": "IBM850",
}  # fmt: skip
# Spark 4 reads others only with spark.sql.legacy.javaCharsets.
_PLAIN_TO_SPARK = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1")


def detect_encoding(path: Path, opened: Open) -> str | None:
    """Python's name of a text file's encoding, from all its bytes; null when the file is not text.

    UTF-8 and UTF-16 are certain from the bytes. Of the older encodings, the result is the one in which most
    characters inside words are letters.
    """
    with opened(path) as file:
        head = file.read(_CHUNK)
        for bom, name in _BOMS:
            if head.startswith(bom):
                return name
        if b"\0" in head:
            return _detect_utf16(head)
        decoder = codecs.getincrementaldecoder("utf-8")()
        odd = bytearray()
        is_utf8 = True
        while head:
            if is_utf8:
                try:
                    decoder.decode(head)
                except UnicodeDecodeError:
                    is_utf8 = False
            if not is_utf8 and len(odd) < _CHUNK:
                odd += head
            head = file.read(_CHUNK)
        if is_utf8:
            try:
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return "latin-1"
            return "utf-8"
    return _detect_old_encoding(bytes(odd))


def spark_encoding(encoding: str) -> str | None:
    """The value of Spark's `encoding` option; null for UTF-8, its default."""
    return _SPARK[encoding]


def needs_java_charsets(encoding: str) -> bool:
    """Whether Spark reads the encoding only with spark.sql.legacy.javaCharsets."""
    return encoding not in _PLAIN_TO_SPARK


def _detect_utf16(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: text of European languages has a zero in every second byte."""
    even, odd = head[0::2], head[1::2]
    for name, zeros, letters in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros.count(0) > 0.8 * len(zeros) and letters.count(0) < 0.02 * len(letters):
            return name
    return None


def _detect_old_encoding(text: bytes) -> str | None:
    controls = sum(text.count(bytes([code])) for code in (*range(9), *range(14, 27), *range(28, 32)))
    if controls > 0.01 * len(text):
        return None
    # Only words with a byte beyond ASCII distinguish encodings.
    words = re.findall(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*", text)[:20_000]
    likeness = {name: _score_encoding(words, name) for name in _ONE_BYTE}
    best = max(_ONE_BYTE, key=lambda name: (likeness[name], -_ONE_BYTE.index(name)))
    # Windows' western encoding is so much more frequent that another must be clearly better.
    if likeness[best] < likeness["cp1252"] + 0.2 * len(words):
        best = "cp1252"
    if best == "cp1252" and not re.search(rb"[\x80-\x9f]", text):
        return "latin-1"
    return best


def _score_encoding(words: list[bytes], encoding: str) -> float:
    score = 0.0
    for word in words:
        decoded = word.decode(encoding, errors="replace")
        for before, letter, after in zip(f" {decoded}", decoded, f"{decoded[1:]} ", strict=False):
            if letter.isascii() or letter in "\u20ac\u00b0\u00a7\u2013\u2019":
                continue
            inside = before.isalpha() or after.isalpha()
            if letter == "\ufffd" or not letter.isprintable():
                score -= 5
            elif not letter.isalpha():
                score -= 2 if inside else 0.2
            elif letter.isupper() and before.islower():
                score -= 2
            else:
                score += 1
        # Whole words beyond ASCII are Cyrillic or Greek; single letters among Latin ones are not.
        foreign = len(decoded) >= 4 and not any(c.isascii() for c in decoded)
        score += (2 if encoding in _NOT_LATIN else -6) * foreign
        mixed = any(c.isascii() and c.isalpha() for c in decoded)
        score -= 3 * (mixed and encoding in _NOT_LATIN)
    return score
