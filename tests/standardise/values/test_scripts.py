"""Names in other scripts are spelled in Latin letters as their bearers do, where characters decide it."""

import pytest

from cdi_spark.standardise.values.scripts import latin, script
from cdi_spark.standardise.values.text import fold


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Иван Петров", "ivan petrov"),
        ("Фёдор Достоевский", "fedor dostoevsky"),
        ("Сергей Хрущёв", "sergey khrushchev"),
        ("Юрий Белый", "yury bely"),
        ("Наталья Соловьёва", "natalya solovyeva"),
        ("Щербаков Жданов Цой", "shcherbakov zhdanov tsoy"),
        ("Първанов", "parvanov"),
        ("Григорій", "hryhory"),
        ("Ђорђевић Његош", "djordjevic njegos"),
        ("Γεώργιος Παπαδόπουλος", "georgios papadopoulos"),
        ("Ευάγγελος Αυγερινός", "evangelos avgerinos"),
        ("Ντόρα Μπάκη Γκίκα", "dora baki gika"),
        ("Գևորգ Պետրոսյան", "gevorg petrosyan"),
        ("გიორგი ბერიძე", "giorgi beridze"),
        ("김 민준", "kim minjun"),
        ("박 지훈", "park jihun"),
        ("やまだ たろう", "yamada taro"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "yamada taro"),
        ("サトウ ユウキ", "sato yuki"),
        ("しゅんいち きょうこ じゅん", "shunichi kyoko jun"),
        ("はっとり いのうえ ハッチ", "hattori inoue hatchi"),
        ("ティナ", "tina"),
        ("Łukasz Müller", "lukasz muller"),
    ],
)
def test_alphabets_and_syllables_are_spelled_in_latin_letters(name: str, spelled: str) -> None:
    words = (fold(name) or "").split(" ")
    assert [latin(word) for word in words] == spelled.split(" ")


@pytest.mark.parametrize(
    "name", ["山田", "王", "美さき", "محمد", "דוד", "राम", "สมชาย", "ஆனந்த்", "አበበ", "Ivanиван山"]
)
def test_what_characters_do_not_decide_is_not_spelled(name: str) -> None:
    assert latin(fold(name) or "") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Łukasz", "latin"), ("o2", "latin"), ("Иван", "cyrillic"), ("Νίκος", "greek"), ("김", "hangul"),
     ("さくら", "kana"), ("山田", "han"), ("山だ", "han"), ("佐々木", "han"), ("محمد", "arabic"),
     ("דוד", "hebrew"), ("राम", "devanagari"), ("สมชาย", "thai")],
)  # fmt: skip
def test_the_script_of_a_word_is_known(name: str, expected: str) -> None:
    assert script(fold(name) or "") == expected
