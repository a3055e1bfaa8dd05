import pytest

from cdi_spark.standardise.values.people import gender

GENDERS = {
    "F": "female", " female ": "female", "W": "female", "Frau": "female", "femme": "female", "Herr": "male",
    "HOMME": "male", "m": "male", "X": "other", "diverse": "other", "d": "other", "Non-Binary": "other",
    # Known to `cdi init`, these were none here.
    "weiblich": "female", "männlich": "male", "Féminin": "female", "mujer": "female", "kobieta": "female",
    "unknown": None, "": None, "n/a": None, "👍": None, "fm": None,
}  # fmt: skip


@pytest.mark.parametrize(("word", "standard"), GENDERS.items())
def test_a_gender_is_female_male_or_other_in_the_languages_of_forms(word: str, standard: str | None) -> None:
    assert gender(word) == standard
