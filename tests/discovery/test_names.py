"""Names of every origin are recognised by their form, their header and their place, not by lists of known names."""

from __future__ import annotations

import pytest

from cdi_spark.discovery.lexicon import name_forms
from cdi_spark.discovery.lexicon.spelling import split_unspaced, translate
from tests.discovery.conftest import Init, table

# Given names and family names; a Japanese name is written family name first.
PEOPLE = {
    "nigerian": "Oluwaseun Chidinma Babajide Ngozika Tobenna Yetunde Ikenna Amarachi Olamide Somtochukwu Efua Uchenna|"
                "Adeyemi Nwachukwu Olatunji Okwuosa Ezenwa Balogun Akintola Ogbonna Fashola Umeadi Danjuma Onyekachi",
    "zulu": "Thandiwe Sibusiso Nokuthula Lungelo Zanele Bhekizizwe Ayanda Nonhlanhla Mandlakazi Sizwe Busisiwe Vusi|"
            "Mthembu Khumalo Zungu Ngcobo Buthelezi Shabalala Cele Hadebe Mkhize Gumede Ntuli Xaba",
    "vietnamese": "Khánh Trâm Thịnh Quỳnh Đức Ngọc Bảo Phượng Tuấn Diễm Vân Hậu|"
                  "Đặng Phạm Hồ Bùi Ngô Dương Lý Võ Đỗ Trịnh Đinh Mai",
    "tamil": "கவிதா சுரேஷ் மீனா கார்த்திக் பிரியா அருண் லட்சுமி விஜய் தேவி மணி செல்வி குமரன்|"
             "முருகன் ராஜன் செல்வம் நடராஜன் வேலு கண்ணன் பாண்டியன் சுந்தரம் ராமன் கோபால் பெருமாள் சேகர்",
    "finnish": "Väinö Aino Toivo Helmi Eino Siiri Onni Lempi Urho Impi Taisto Kerttu|"
               "Tervo Kulmala Hakala Ojala Ranta Laakso Suvanto Kettu Myllys Harju Peltola Vainio",
    "georgian": "ნინო გიორგი თამარ ლევან მარიამ დავით ანა ზურაბ ეკა ირაკლი ნათია ვახტანგ|"
                "ბერიძე კაპანაძე ლომიძე გელაშვილი წიკლაური ჯაფარიძე ხარაიშვილი მაისურაძე ნოზაძე ჩხეიძე "
                "კობახიძე აბაშიძე",
    "arabic": "فاطمة محمد زينب يوسف مريم خالد نور حسن ليلى عمر سلمى طارق|"
              "الهاشمي القحطاني العمري الشمري الزهراني المالكي الحربي العتيبي السالم الغامدي الدوسري الشهري",
    "japanese": "陽菜 颯太 美月 蓮 葵 湊 結衣 大翔 莉子 樹 凛 悠真|"
                "山本 小林 加藤 吉田 山口 松本 井上 木村 清水 斎藤 阿部 森",
}  # fmt: skip


@pytest.mark.parametrize("origin", PEOPLE)
def test_names_of_any_origin_are_mapped_with_and_without_a_header(init: Init, origin: str) -> None:
    given, family = (side.split() for side in PEOPLE[origin].split("|"))
    people = list(zip(given, family, strict=True))
    whole = [f"{f} {g}" if origin == "japanese" else f"{g} {f}" for g, f in people]
    mails = [f"user{n}@example.org" for n in range(len(people))]
    parts = [[n, g, f, m] for n, ((g, f), m) in enumerate(zip(people, mails, strict=True))]
    written = init(
        {
            "parts.csv": table(["id", "first", "last", "email"], parts),
            "whole.csv": table(["id", "name", "email"], [[n, w, mails[n]] for n, w in enumerate(whole)]),
            "staff.csv": table(["no", "Employee"], [[n + 1, w] for n, w in enumerate(whole)]),
            "dump.csv": table(None, [[n + 100, *row[1:]] for n, row in enumerate(parts)]),
        }
    )
    mapped = {name: written.columns(name) for name in ("parts", "whole", "staff", "dump")}
    assert (mapped["parts"]["given_name"], mapped["parts"]["family_name"]) == ("first", "last")
    assert mapped["whole"]["full_name"] == "name"
    assert mapped["staff"]["full_name"] == "Employee"
    assert {mapped["dump"]["given_name"], mapped["dump"]["family_name"]} == {"_c1", "_c2"}


def test_the_word_name_beside_a_family_name_is_what_its_values_repeat(init: Init) -> None:
    given, family = (side.split() for side in PEOPLE["zulu"].split("|"))
    people = list(zip(given, family, strict=True))
    written = init(
        {
            "a.csv": table(["id", "Nombre alumno", "Apellidos alumno"], [[n, g, f] for n, (g, f) in enumerate(people)]),
            "b.csv": table(["id", "name", "surname"], [[n, f"{g} {f}", f] for n, (g, f) in enumerate(people)]),
        }
    )  # fmt: skip
    assert written.columns("a")["given_name"] == "`Nombre alumno`"
    assert written.columns("b")["full_name"] == "name"


def test_kinds_of_members_and_codes_of_staff_are_no_names(init: Init) -> None:
    rows = [[n, f"u{n}@example.org", ["Gold", "Silver"][n % 2], f"E-{n}"] for n in range(40)]
    columns = init({"p.csv": table(["id", "email", "Member", "Employee"], rows)}).columns("p")
    assert not {"full_name", "given_name", "family_name"} & columns.keys()


@pytest.mark.parametrize(
    ("value", "one", "whole"),
    [
        ("Thandiwe", True, False), ("Thandiwe Mthembu", True, True), ("山田太郎", True, True), ("O'Brien", True, False),
        ("María de los Ángeles", True, True), ("Hoeven, Piet van der", False, True),
        ("Rob & Beth Eddowes", False, True),
        ("கவிதா", True, False), ("김민준", True, True), ("マリア・ガルシア", True, True), ("B2B", False, False),
        ("12 High Street", False, False), ("a@example.org", False, False), ("", False, False),
    ],
)  # fmt: skip
def test_the_form_of_a_name_is_read_in_every_script(value: str, one: bool, whole: bool) -> None:
    assert (name_forms.looks_like_name(value), name_forms.looks_like_full_name(value)) == (one, whole)


def test_words_written_as_one_are_taken_apart() -> None:
    assert [split_unspaced(word) for word in ("被保険者名", "患者姓名", "surname")] == [
        ["被保険者", "名"], ["患者", "姓名"], ["surname"],
    ]  # fmt: skip
    assert [translate(word) for word in ("geburtsmonat", "mietername", "fodelsemanad", "surname", "tree")] == [
        ("birth", "month"), ("mieter", "name"), ("birth", "month"), ("surname",), ("tree",),
    ]  # fmt: skip
