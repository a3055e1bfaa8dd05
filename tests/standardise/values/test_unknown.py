"""Words that say that a value is not known, in many languages; codes of regions."""

import pytest

from cdi_spark.standardise.batches import record_values
from cdi_spark.standardise.columns import person_rules
from cdi_spark.standardise.values.addresses import region
from cdi_spark.standardise.values.identifiers import identifiers
from cdi_spark.standardise.values.people import gender, is_placeholder_gender
from cdi_spark.standardise.values.text import known_text

UNKNOWN = [
    "unknown", "N/A", "na", "nan", "Nil", "TBD", "unbekannt", "UNBEKANNT", "k.A.", "keine Angabe", "Onbekend", "n.v.t.",
    "inconnu", "Inconnue", "non renseigné", "Desconocido", "sin datos", "Desconhecida", "não informado", "sconosciuto",
    "N.D.", "n/d", "Okänd", "ukjent", "tuntematon", "nieznany", "brak danych", "neznámý", "ismeretlen", "bilinmiyor",
    "Неизвестно", "не указано", "невідомо", "άγνωστο", "לא ידוע", "غير معروف", "अज्ञात", "ไม่ทราบ", "không rõ",
    "tidak diketahui", "未知", "不明", "不詳", "미상", "알 수 없음", "-", "?",
]  # fmt: skip
KNOWN = [
    "Night nurse",
    "Unknown Pleasures Ltd",
    "Brakeman",
    "Nana",
    "Nantes",
    "Naco",
    "不明堂",
    "Ukjente AS",
    "IT",
]
GENDERS_UNKNOWN = [
    "unknown", "U", "UNK", "0", "9", "?", "n/a", "NA", "not stated", "Not specified", "prefer not to say",
    "undisclosed", "indeterminate", "neutral", "unbekannt", "keine Angabe", "inconnu", "不明", "не указан",
    "ASKU", "NI", "Firma",
]  # fmt: skip
GENDERS = {
    "UN": "other", "O": "other", "divers": "other", "nichtbinär": "other", "жен": "female",
    "М": "male", "мужской": "male", "女": "female", "男性": "male", "여자": "female", "남": "male", "ذكر": "male",
    "أنثى": "female",
    "נקבה": "female", "ž": None,
    "žena": "female", "Muž": "male", "γυναίκα": "female", "Nữ": "female", "nam": "male", "महिला": "female",
    "ชาย": "male", "bayan": "female", "laki-laki": "male", "vyras": "male", "femeie": "female",
    # One number, or one of these letters, means either gender: only a column shows which.
    "1": None, "2": None, "k": None, "v": None, "h": None, "e": None, "n": None,
}  # fmt: skip
REGIONS = {
    "NSW": "NSW", "nsw": "NSW", "Nsw": "Nsw", "QC": "QC", "Qc": "QC", "NRW": "NRW", "BY": "BY", "CA": "CA", "CA.": "CA",
    "N.S.W.": "N.S.W.", "d.f.": "D.F.", "NSW 2000": "NSW 2000", "2000 nsw": "2000 NSW", "US-CA": "US-CA",
    "za-kzn": "ZA-KZN", "CDMX": "CDMX", "SYDNEY NSW": "Sydney NSW", "2a": "2A", "75": "75", "ЦФО": "ЦФО",
    "ND": "ND", "NA": "NA",
    # Names, not codes.
    "KENT": "Kent", "GOA": "Goa", "uri": "Uri", "NEW SOUTH WALES": "New South Wales", "ST GALLEN": "St Gallen",
    "SAN JOSE": "San Jose", "ILE DE FRANCE": "Ile de France", "МОСКВА": "Москва",
    "東京都": "東京都", "Île-de-France": "Île-de-France",
    "00": None, "999": None, "nan": None, "unbekannt": None, "-": None, "不明": None,
}  # fmt: skip


@pytest.mark.parametrize("word", UNKNOWN)
def test_unknown_is_no_value_in_any_language_where_the_field_holds_no_name(word: str) -> None:
    fields = ("occupation", "company", "birth_place", "city", "street", "national_id")
    found = record_values(person_rules(fields, default_country="GB"), dict.fromkeys(fields, word))
    assert [found[name] for name in fields] == [None] * len(fields)
    assert identifiers([word, "A-1"]) == ["A-1"]


@pytest.mark.parametrize("text", KNOWN)
def test_words_that_only_look_like_unknown_are_kept(text: str) -> None:
    assert known_text(text) == text


def test_a_name_may_be_a_word_for_unknown_elsewhere() -> None:
    names = {"given_name": "Nan", "family_name": "Brak"}
    assert record_values(person_rules(names, default_country="GB"), names).items() >= names.items()


@pytest.mark.parametrize("word", GENDERS_UNKNOWN)
def test_a_gender_that_is_not_known_is_null_and_no_third_one(word: str) -> None:
    assert gender(word) is None
    assert is_placeholder_gender(word)


@pytest.mark.parametrize(("word", "standard"), GENDERS.items())
def test_a_gender_is_read_in_many_languages_and_standards(word: str, standard: str | None) -> None:
    assert gender(word) == standard
    assert not is_placeholder_gender(word) or standard is None


@pytest.mark.parametrize(("written", "standard"), REGIONS.items())
def test_a_code_of_a_region_stays_a_code_and_a_name_is_in_title_case(
    written: str, standard: str | None
) -> None:
    assert region(written) == standard
    assert standard is None or region(standard) == standard
