from cdi_spark.standardise.names import name_part, phonetic


def test_a_name_in_one_case_becomes_title_case(apply):
    given = ["WILLIAM", "o'neil", "JEAN-LUC", "mcdonald", "de la cruz", "élodie", "ВЛАДИМИР"]
    assert apply(name_part, given) == [
        "William", "O'Neil", "Jean-Luc", "McDonald", "De la Cruz", "Élodie", "Владимир",
    ]  # fmt: skip


def test_a_name_in_mixed_case_stays_as_given(apply):
    assert apply(name_part, ["deGroot", "van Gogh", "MacLeod"]) == ["deGroot", "van Gogh", "MacLeod"]


def test_stray_signs_round_a_name_go(apply):
    assert apply(name_part, [' "Bob", ', "bowles,", "_ann_", "J."]) == ["Bob", "Bowles", "Ann", "J."]


def test_what_is_no_name_is_null(apply):
    nothing = [None, "", " ", "unknown", '"unknown"', "n/a", "123", "👍", "--", "xxx"]
    assert apply(name_part, nothing) == [None] * len(nothing)


def test_name_part_changes_its_own_result_no_more(apply, odd_texts):
    once = apply(name_part, odd_texts)
    assert apply(name_part, once) == once


def test_names_that_sound_alike_share_a_code(apply):
    smith, smyth, jones, nothing = apply(phonetic, ["smith", "smyth", "jones", None])
    assert smith == smyth != jones
    assert nothing is None


def test_a_name_in_another_script_sounds_like_itself_only(apply):
    assert apply(phonetic, ["王小明", "محمد"]) == ["王小明", "محمد"]
