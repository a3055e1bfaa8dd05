import pytest

from cdi_spark.standardise.values.names import name_part, phonetic

TIDY = {
    "WILLIAM": "William", "o'neil": "O'Neil", "JEAN-LUC": "Jean-Luc", "mcdonald": "McDonald",
    "de la cruz": "De la Cruz",
    "élodie": "Élodie", "ВЛАДИМИР": "Владимир", "deGroot": "deGroot", "van Gogh": "van Gogh", "MacLeod": "MacLeod",
    ' "Bob", ': "Bob", "bowles,": "Bowles", "_ann_": "Ann", "J.": "J.", "|ann|": "Ann", "\u200bann\u00a0": "Ann",
    "王小明": "王小明",
}  # fmt: skip
NOTHING = ["", " ", "unknown", '"unknown"', "|unknown|", "n/a", "123", "👍", "--", "xxx", "_ _", "²"]
# As Spark's soundex codes them.
CODES = {
    "robert": "R163", "rupert": "R163", "ashcraft": "A261", "ashcroft": "A261", "tymczak": "T522", "pfister": "P236",
    "honeyman": "H555", "lee": "L000", "a": "A000", "de la cruz": "D426", "smith": "S530", "smyth": "S530",
    "o1neil": "O540", "b1b": "B100", "": "", " ": "", "1st": "1st", "王小明": "王小明", "محمد": "محمد",
    "ann王ann": "A550", "straße": "S360",
}  # fmt: skip


@pytest.mark.parametrize(("name", "tidy"), TIDY.items())
def test_a_name_is_clean_and_in_title_case_unless_it_came_in_mixed_case(name: str, tidy: str) -> None:
    assert name_part(name) == tidy
    assert name_part(tidy) == tidy


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_name_is_none(name: str) -> None:
    assert name_part(name) is None


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_names_that_sound_alike_share_a_code(name: str, code: str) -> None:
    assert phonetic(name) == code
