"""The encoding of a file is detected from its bytes."""

from pathlib import Path

import pytest

from cdi_spark.discovery.read.encodings import (
    Encoding,
    detect_encoding,
    needs_java_charsets,
    spark_encoding,
    unite_encodings,
)

GERMAN = "Name;Straße\nJürgen Größe;Mühlgäßchen 5\nKäthe Weiß;Am Öhrchen 7\n"
POLISH = "imię;miejscowość\nŁukasz Wiśniewski;Łódź\nGrażyna Dąbrowska;Gdańsk\nZdzisław Źrebiec;Świdnica\n"
RUSSIAN = "Имя;Город\nИван Петров;Москва\nОльга Смирнова;Казань\n"


TURKISH = "ad,soyad,il\nGüneş,Yıldırım,Muğla\nİsmail,Çağlar,Iğdır\nŞule,Öztürk,Eskişehir\n"
GREEK = "όνομα,πόλη\nΝίκος Παπαδόπουλος,Αθήνα\nΕλένη Γεωργίου,Θεσσαλονίκη\n"
HEBREW = "שם,עיר\nדוד לוי,חיפה\nרחל כהן,ירושלים\n"
ARABIC = "الاسم,المدينة\nمحمد الأحمد,الرياض\nفاطمة العلي,عمان\n"
THAI = "ชื่อ,เมือง\nสมชาย ใจดี,กรุงเทพ\nสุดา แสงทอง,เชียงใหม่\n"
LITHUANIAN = "vardas,miestas\nŽygimantas Kučinskas,Šiauliai\nRūta Jankauskienė,Panevėžys\n"
ICELANDIC = "nafn,bær\nJón Þórðarson,Ísafjörður\nGuðrún Ægisdóttir,Reykjavík\n"
JAPANESE = "氏名,住所\n山田太郎,東京都千代田区\n佐藤花子,大阪市北区\n表示ソフト,横浜市\n"
KOREAN = "이름,주소\n김민준,서울시 강남구\n이서연,부산시 해운대구\n"
CHINESE = "姓名,城市\n王小明,北京市\n李伟,广州市\n张秀英,上海市\n"
TAIWANESE = "姓名,城市\n王小明,臺北市\n許功蓋,高雄市\n陳淑芬,桃園市\n"


def found(tmp_path: Path, content: bytes) -> Encoding | None:
    (tmp_path / "file").write_bytes(content)
    return detect_encoding(tmp_path / "file", lambda path: path.open("rb"))


def name_of(tmp_path: Path, content: bytes) -> str | None:
    encoding = found(tmp_path, content)
    return encoding and encoding.name


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
        ("id,name\n1,Ann\n2,Cañón\n" + "3,Bo\n" * 1000, "cp1252", "latin-1"),
        (ICELANDIC, "cp1252", "latin-1"),
        (TURKISH, "cp1254", "cp1254"),
        (LITHUANIAN, "cp1257", "cp1257"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "cp866", "cp866"),
        (GREEK, "cp1253", "cp1253"),
        (HEBREW, "cp1255", "cp1255"),
        (ARABIC, "cp1256", "cp1256"),
        (THAI, "cp874", "cp874"),
        (JAPANESE, "cp932", "cp932"),
        (JAPANESE, "euc_jp", "euc_jp"),
        (KOREAN, "euc-kr", "cp949"),
        (CHINESE, "gb18030", "gb18030"),
        (TAIWANESE, "big5", "cp950"),
        (RUSSIAN, "utf-16-le", "utf-16-le"),
        (JAPANESE, "utf-16-be", "utf-16-be"),
        (KOREAN, "utf-16", "utf-16"),
        (KOREAN, "utf-8", "utf-8"),
    ],
)
def test_an_encoding_is_detected_from_its_bytes(tmp_path: Path, text: str, encoding: str, named: str) -> None:
    assert name_of(tmp_path, text.encode(encoding)) == named


def test_one_odd_byte_far_from_the_beginning_is_seen(tmp_path: Path) -> None:
    assert (
        name_of(tmp_path, b"id,name\n" + b"1,Ann Lee\n" * 300_000 + "2,José\n".encode("cp1252")) == "latin-1"
    )


def test_bytes_that_are_not_text_have_no_encoding(tmp_path: Path) -> None:
    assert found(tmp_path, bytes(range(256)) * 20) is None


@pytest.mark.parametrize(
    "odd", [b"7,Jos\xe9\n", b"7,Jos\xc3\n", b"7,\xff\xfe\n"], ids=["cp1252", "cut", "noise"]
)
@pytest.mark.parametrize(
    "text", ["1,Zoë\n2,José\n", RUSSIAN, JAPANESE], ids=["few letters", "russian", "japanese"]
)
def test_a_broken_line_does_not_make_a_utf8_file_one_of_another_encoding(
    tmp_path: Path, text: str, odd: bytes
) -> None:
    content = text.encode() + b"3,Ann\n" * 10_000 + odd
    assert found(tmp_path, content) == Encoding("utf-8", broken=1)


def test_letters_that_were_decoded_wrongly_before_are_still_utf8(tmp_path: Path) -> None:
    assert found(tmp_path, "id,name\n1,JosÃ©\n2,MÃ¼ller\n".encode()) == Encoding("utf-8")


def test_lines_in_utf8_within_an_older_encoding_are_counted(tmp_path: Path) -> None:
    content = "name\n" + "Jürgen Groß\n" * 9
    assert found(tmp_path, content.encode("latin-1") + "Käthe Weiß\n".encode()) == Encoding(
        "latin-1", broken=1
    )


def test_one_byte_of_zero_does_not_make_a_file_binary(tmp_path: Path) -> None:
    assert found(tmp_path, b"id,name\n1,Ann\0\n2,Bo\n") == Encoding("utf-8", is_ascii=True)
    assert found(tmp_path, b"id,name\n1,Ann\n" * 100_000 + b"2,Bo\0\n") == Encoding("utf-8", is_ascii=True)


def test_files_are_read_in_one_encoding_if_one_reads_them_all() -> None:
    ascii_, utf8 = Encoding("utf-8", is_ascii=True), Encoding("utf-8")
    latin, windows, polish = Encoding("latin-1"), Encoding("cp1252"), Encoding("cp1250")
    assert unite_encodings([ascii_, ascii_]) == "utf-8"
    assert unite_encodings([ascii_, polish]) == "cp1250"
    assert unite_encodings([latin, windows, ascii_]) == "cp1252"
    assert unite_encodings([utf8, latin]) is None
    assert unite_encodings([ascii_, Encoding("utf-16")]) is None


def test_encodings_that_spark_reads_only_with_a_setting_are_known() -> None:
    assert [needs_java_charsets(e) for e in ("utf-8", "utf-16", "latin-1", "cp1252", "cp1250")] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert [spark_encoding(e) for e in ("utf-8", "cp1252")] == [None, "windows-1252"]
