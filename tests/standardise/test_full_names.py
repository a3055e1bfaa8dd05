import pytest

from cdi_spark.standardise.names import split_full_name

NAMES = {
    "John Michael Smith": ("John", "Michael", "Smith"),
    "smith, john michael": ("John", "Michael", "Smith"),
    "JEAN-LUC O'NEIL": ("Jean-Luc", None, "O'Neil"),
    "Ludwig van Beethoven": ("Ludwig", None, "van Beethoven"),
    "van der Berg, Jan": ("Jan", None, "van der Berg"),
    "maria de la cruz": ("Maria", None, "de la Cruz"),
    "MOHAMMED BIN SALMAN": ("Mohammed", None, "bin Salman"),
    "محمد بن سلمان": ("محمد", None, "بن سلمان"),
    "h.o.forbes": ("H.O.", None, "Forbes"),
    "garcia lopez, maria": ("Maria", None, "Garcia Lopez"),
    "Jack Ma": ("Jack", None, "Ma"),
    "Wang, Ma": ("Ma", None, "Wang"),
    "St John Smith": ("St John", None, "Smith"),
}
TITLED = {
    "Mr John Smith": ("John", None, "Smith"),
    "The Rt Hon Sir William Macgregor KCMG": ("William", None, "Macgregor"),
    "Prof. Dr. Hans Müller": ("Hans", None, "Müller"),
    "vice-admiral lord john smith": ("John", None, "Smith"),
    "Martin Luther King Jr": ("Martin", "Luther", "King"),
    "William (Bill) Gates III, PhD": ("William", None, "Gates"),
    "John Smith, MA": ("John", None, "Smith"),
    "Smith, Mary Ann, Mrs": ("Mary", "Ann", "Smith"),
    "Russell, Lord John": ("John", None, "Russell"),
    "Major Thomas Smith": ("Thomas", None, "Smith"),
}
PEERS = {
    "robert radcliffe, 1st sussex": ("Robert", None, "Radcliffe"),
    "john smith, 3rd earl of derby": ("John", None, "Smith"),
    "sir john starkey, 1st baronet": ("John", None, "Starkey"),
    "elizabeth wilmot, countess of rochester": ("Elizabeth", None, "Wilmot"),
    "william napier, lord napier": ("William", None, "Napier"),
    "james mackay, inchcape": ("James", None, "Mackay"),
    "thomas ashton of hyde": ("Thomas", None, "Ashton"),
    "henry 1st earl of sunderland": ("Henry", None, None),
}


@pytest.mark.parametrize("names", [NAMES, TITLED, PEERS], ids=["plain", "titled", "peers"])
def test_a_full_name_is_split(apply, names):
    assert [tuple(name) for name in apply(split_full_name, list(names))] == list(names.values())


def test_titles_that_are_names_too_stay_before_a_single_word(apply):
    earl, duke = apply(split_full_name, ["Earl Jones", "Duke Ellington"])
    assert (earl.given_name, earl.family_name) == ("Earl", "Jones")
    assert (duke.given_name, duke.family_name) == ("Duke", "Ellington")


def test_a_single_word_is_the_given_name(apply):
    assert [tuple(n) for n in apply(split_full_name, ["Madonna", "Sir John"])] == [
        ("Madonna", None, None), ("John", None, None),
    ]  # fmt: skip


def test_a_single_word_after_a_title_is_the_family_name(apply):
    assert [tuple(n) for n in apply(split_full_name, ["Mr Smith", "Lady Greville"])] == [
        (None, None, "Smith"), (None, None, "Greville"),
    ]  # fmt: skip


def test_without_a_name_the_split_is_null(apply):
    nothing = [None, "", "n/a", "Dr", "1st bt.", "👍", "123", ", ,", "unknown"]
    assert apply(split_full_name, nothing) == [None] * len(nothing)


def test_a_placeholder_beside_a_name_is_dropped(apply):
    (name,) = apply(split_full_name, ["unknown smith"])
    assert tuple(name) == (None, None, "Smith")


def test_no_text_breaks_the_split(apply, odd_texts):
    assert len(apply(split_full_name, odd_texts)) == len(odd_texts)
