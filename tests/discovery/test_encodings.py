"""The encoding of a file is detected from its bytes."""

from pathlib import Path

import pytest

from cdi_spark.discovery.read.encodings import detect_encoding, needs_java_charsets, spark_encoding

GERMAN = "Name;Straße\nJürgen Größe;Mühlgäßchen 5\nKäthe Weiß;Am Öhrchen 7\n"
POLISH = "imię;miejscowość\nŁukasz Wiśniewski;Łódź\nGrażyna Dąbrowska;Gdańsk\nZdzisław Źrebiec;Świdnica\n"
RUSSIAN = "Имя;Город\nИван Петров;Москва\nОльга Смирнова;Казань\n"  # noqa: RUF001


def found(tmp_path: Path, content: bytes) -> str | None:
    (tmp_path / "file").write_bytes(content)
    return detect_encoding(tmp_path / "file", lambda path: path.open("rb"))


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "utf-8-sig", "utf-8"),
        (GERMAN, "utf-16", "utf-16"),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-16-be", "utf-16-be"),
        (GERMAN, "latin-1", "latin-1"),
        (GERMAN + "12,50 €;x\n", "cp1252", "cp1252"),
        (POLISH, "cp1250", "cp1250"),
        (POLISH, "iso8859-2", "iso8859-2"),
        (RUSSIAN, "cp1251", "cp1251"),
        ("id,name\n1,Ann\n", "ascii", "utf-8"),
    ],
)
def test_an_encoding_is_detected_from_its_bytes(tmp_path: Path, text: str, encoding: str, named: str) -> None:
    assert found(tmp_path, text.encode(encoding)) == named


def test_one_odd_byte_far_from_the_beginning_is_seen(tmp_path: Path) -> None:
    assert found(tmp_path, b"id,name\n" + b"1,Ann Lee\n" * 300_000 + "2,José\n".encode("cp1252")) == "latin-1"


def test_bytes_that_are_not_text_have_no_encoding(tmp_path: Path) -> None:
    assert found(tmp_path, bytes(range(256)) * 20) is None


def test_encodings_that_spark_reads_only_with_a_setting_are_known() -> None:
    assert [needs_java_charsets(e) for e in ("utf-8", "utf-16", "latin-1", "cp1252", "cp1250")] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert [spark_encoding(e) for e in ("utf-8", "cp1252")] == [None, "windows-1252"]
