"""Any text: no rule raises or takes long; a result is valid and its own standard form."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cdi_spark.gold.customer.same_value import comparison_key
from cdi_spark.standardise.values import (
    addresses,
    countries,
    currencies,
    emails,
    full_names,
    identifiers,
    names,
    nicknames,
    people,
    phones,
    text,
)

Rule = Callable[[str], str | None]

# The first applies the rule, the second says what its result may be.
RULES: dict[str, tuple[Rule, Callable[[str], bool]]] = {
    "clean_text": (text.clean_text, lambda found: _is_clean(found)),
    "fold": (text.fold, lambda found: _is_folded(found)),
    "name_part": (names.name_part, lambda found: _is_clean(found) and any(map(str.isalpha, found))),
    "street": (addresses.street, lambda found: _is_clean(found)),
    "street_key": (lambda line: addresses.street_key(text.fold(line) or ""), lambda found: True),
    "postcode": (partial(addresses.postcode, country="GB"), lambda found: _is_postcode(found)),
    "postcode of no country": (partial(addresses.postcode, country=None), lambda found: _is_postcode(found)),
    "postcode of digits": (partial(addresses.postcode, country="DE"), lambda found: found.isdecimal()),
    "country": (countries.country, lambda found: re.fullmatch("[A-Z]{2}", found) is not None),
    "currency": (currencies.currency, lambda found: re.fullmatch("[A-Z]{3}", found) is not None),
    "email": (emails.email, lambda found: found.count("@") == 1 and found == found.lower()),
    "phone": (
        partial(phones.phone, region="GB"),
        lambda found: re.fullmatch(r"\+[0-9]{5,16}", found) is not None,
    ),
    "gender": (people.gender, lambda found: found in ("female", "male", "other")),
    "identifiers": (
        lambda one: (identifiers.identifiers([one]) or [None])[0],
        lambda found: _is_clean(found),
    ),
    "nickname_root": (lambda word: nicknames.nickname_root(text.fold(word) or ""), lambda found: True),
}
# They need not come to a standard form of text, but must end.
OTHERS: dict[str, Callable[[str], object]] = {
    "full_name": full_names.full_name,
    "phonetic": names.phonetic,
    "title_case": text.title_case,
    "email_key": emails.email_key,
    "email_user": emails.email_user,
    "is_placeholder": text.is_placeholder,
    "is_placeholder_email": emails.is_placeholder_email,
    "is_placeholder_phone": phones.is_placeholder_phone,
    "is_placeholder_postcode": addresses.is_placeholder_postcode,
    "postcode_area": addresses.postcode_area,
    "mobiles": lambda number: phones.mobiles([number]),
    "comparison_key": partial(comparison_key, ["street"], []),
}
LONGEST = 2_000
SECONDS = 0.01

alphabets = st.sampled_from(
    ["aé -'.,", "ABC123 ", "Ann@x.org <>,;", "+4402 ()-x", "אבג\u05b0 ", "محمد\u064b\u0640 ", "राम\u093c ",
     "王小明ひカ", "한국어", "мир Ёё", "ΣΊσυς", "İıſßǆ", "\u200b\u202e\ufeff\u00ad", "\x00\x1b\x7f\x85\u2028",
     "👩\u200d👧🇬🇧", "e\u0301\u0323\u0308"]
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=60),
    alphabets.flatmap(lambda letters: st.text(letters, max_size=60)),
    st.tuples(st.text(min_size=1, max_size=8), st.integers(1, LONGEST)).map(
        lambda t: (t[0] * t[1])[:LONGEST]
    ),
)


def _is_clean(found: str) -> bool:
    hidden = any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") for sign in found)
    return bool(found) and not hidden and found == " ".join(found.split())


def _is_folded(found: str) -> bool:
    single = found == " ".join(found.split()) != ""
    return single and all(sign == " " or unicodedata.category(sign)[0] in "LMN" for sign in found)


def _is_postcode(found: str) -> bool:
    return re.fullmatch(r"\w+(?: \w+)?", found) is not None and any(sign in "0123456789" for sign in found)


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=300, deadline=None)
@given(written=texts)
@example(written="ΑΣ")
@example(written="\u0345")
def test_a_standard_form_is_of_its_kind_and_stays(name: str, written: str) -> None:
    rule, is_of_kind = RULES[name]
    found = rule(written)
    if found is not None:
        assert is_of_kind(found)
        assert rule(found) == found


@pytest.mark.parametrize("name", [*RULES, *OTHERS])
def test_odd_texts_end_no_rule_and_take_it_no_time(name: str, odd_texts: Sequence[str]) -> None:
    rule = RULES[name][0] if name in RULES else OTHERS[name]
    slow = []
    for written in odd_texts:
        seconds = min(_seconds(rule, written[:LONGEST] + ending) for ending in ("", " ") for _ in range(2))
        if seconds > SECONDS:
            slow.append((written[:20], seconds))
    assert not slow


def _seconds(rule: Callable[[str], object], written: str) -> float:
    started = time.thread_time()
    rule(written)
    return time.thread_time() - started


@settings(max_examples=500, deadline=None)
@given(texts)
def test_a_full_name_has_clean_parts_and_one_at_least(written: str) -> None:
    name = full_names.full_name(written)
    if name is not None:
        parts = [part for part in (name.given, name.middle, name.family) if part is not None]
        assert name.given or name.family
        assert all(_is_clean(part) for part in parts)
