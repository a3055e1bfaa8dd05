"""Maps the columns of a sheet to silver.person."""

from __future__ import annotations

from collections import Counter

from cdi_spark.discovery.draft.addresses import draft_address
from cdi_spark.discovery.draft.births import draft_birth_date
from cdi_spark.discovery.draft.conf_lines import ConfLine, draft_line, state_shares
from cdi_spark.discovery.draft.contacts import draft_emails, draft_phones
from cdi_spark.discovery.draft.gaps import draft_filled
from cdi_spark.discovery.draft.id_kinds import name_national_id_kind, with_kind
from cdi_spark.discovery.draft.names import draft_names
from cdi_spark.discovery.lexicon import patterns
from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.lexicon.vocabulary import load_lists, word_set
from cdi_spark.discovery.read.forms import AS_WRITTEN
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.sql_text import literals
from cdi_spark.standardise.values.people import gender as standard_gender

_STANDARD_GENDERS = word_set(load_lists("people")["standard_genders"])


def draft_person(sheet: Sheet, *, country: str, own_ids: list[tuple[str, Guess]]) -> list[ConfLine]:
    """The lines of silver.person that the sheet can fill.

    Args:
        country: ISO 3166 alpha-2, for phones and addresses that name none.
        own_ids: kinds and columns of account numbers of the person, for account_ids.
    """
    lines = draft_names(sheet)
    lines += [*_draft_gender(sheet), *draft_birth_date(sheet)]
    lines += [*draft_emails(sheet), *draft_phones(sheet, country=country)]
    lines += draft_address(sheet, country=country)
    if ids := sheet.of("national_id"):
        lines.append(draft_filled("national_id", ids, _write_national_id))
    lines += draft_account_ids(own_ids)
    devices = sheet.of("cookie_id", "device_id")
    if devices:
        sql = ", ".join(g.column.text for g in devices)
        lines.append(
            ConfLine("device_ids", f"array_compact(array({sql}))", state_shares(devices), [], devices)
        )
    for meaning in ("birth_place", "occupation", "company"):
        if found := sheet.of(meaning):
            lines.append(draft_filled(meaning, found))
    return lines


def _write_national_id(guess: Guess) -> str:
    return with_kind(guess.column.text, name_national_id_kind(guess))


def draft_account_ids(own_ids: list[tuple[str, Guess]]) -> list[ConfLine]:
    """The line of account_ids, from the kinds and columns of account numbers of the person; none without."""
    if not own_ids:
        return []
    sql = ", ".join(with_kind(guess.column.text, kind) for kind, guess in own_ids)
    shares = "; ".join(f"{g.column.path[-1]} {percent(g.column.fill)} filled" for _, g in own_ids)
    forms = dict.fromkeys(g.column.form.describe() for _, g in own_ids if g.column.form != AS_WRITTEN)
    used = [g for _, g in own_ids]
    return [ConfLine("account_ids", f"array_compact(array({sql}))", shares, used=used, notes=list(forms))]


def _draft_gender(sheet: Sheet) -> list[ConfLine]:
    if found := sheet.of("gender"):
        guess = found[0]
        said = Counter({x.lower(): n for x, n in guess.column.values.items()})
        unread = {word for word in said if patterns.GENDER_OF.get(word)} - _STANDARD_GENDERS
        if not unread and any(standard_gender(word) for word in said):
            return [draft_line("gender", guess)]
        return _draft_gender_codes(guess, said)
    titles = sheet.of("title")
    if not titles or titles[0].fit < 0.6:
        return []
    guess = titles[0]
    spoken = {w for x in guess.column.values for w in [x.strip().lower()] if w in patterns.TITLE_GENDER}
    cases = _write_gender_cases(guess.column.text, {w: patterns.TITLE_GENDER[w] for w in spoken})
    line = draft_line("gender", guess, cases)
    line.notes.append("derived from the title")
    return [line] if cases else []


def _draft_gender_codes(guess: Guess, said: Counter[str]) -> list[ConfLine]:
    if said.keys() <= {"0", "1", "2", "9"}:
        line = draft_line(
            "gender", guess, _write_gender_cases(guess.column.text, {"1": "male", "2": "female"})
        )
        if "2" in said:
            line.confirm.append("numeric codes; read by ISO 5218: 1 is male, 2 is female")
            return [line]
        return []
    meant = {word: patterns.GENDER_OF[word] for word in said if word in patterns.GENDER_OF}
    if {"h", "m"} <= said.keys() and "f" not in said:
        meant["m"] = "female"
    return [draft_line("gender", guess, _write_gender_cases(guess.column.text, meant))]


def _write_gender_cases(column: str, meant: dict[str, str]) -> str:
    """A CASE that maps words to genders; empty for no words."""
    parts = []
    for gender in ("male", "female", "other"):
        spoken = sorted(word for word, means in meant.items() if means == gender)
        if spoken:
            parts.append(f"when lower(trim({column})) in {literals(spoken)} then '{gender}'")
    return f"case {' '.join(parts)} end" if parts else ""
