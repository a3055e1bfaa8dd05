"""Maps columns of names to given_name, middle_name, family_name and full_name.

Silver splits full_name, and fills with its parts the name columns that are empty in a row. So a full name and its parts
are both mapped, each where the other is missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cdi_spark.discovery.draft.conf_lines import ConfLine, draft_line, state_shares
from cdi_spark.discovery.draft.gaps import FULL, choose_columns, draft_filled, list_left_out, write_value
from cdi_spark.discovery.lexicon.known_names import given_names
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.lexicon.vocabulary import fold
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet


def draft_names(sheet: Sheet) -> list[ConfLine]:
    """The lines for the names of the row's person."""
    given, family, full = sheet.of("given_name"), sheet.of("family_name"), sheet.of("full_name")
    numbered = _find_numbered(given)
    parts: list[ConfLine] = []
    if given:
        parts.append(draft_filled("given_name", [g for g in given if g not in numbered]))
    if middle := (sheet.of("middle_name") or numbered) if given or not full else []:
        parts.append(draft_filled("middle_name", middle))
    if family:
        parts.append(_draft_family_name(sheet, family))
    if not full:
        return parts
    whole = _draft_full_name(full)
    if not given and not family:
        return [whole]
    if given and family:
        return [*_guard_full_name(whole, given, family), *parts]
    # A part alone would replace the one that silver splits from the full name.
    has_none = " and ".join(f"{write_value(g)} is null" for g in whole.used)
    if whole.used[0].column.fill >= FULL:
        return [whole]
    for line in parts:
        line.sql = f"case when {has_none} then {line.sql} end"
    return [whole, *parts]


def _guard_full_name(whole: ConfLine, given: Sequence[Guess], family: Sequence[Guess]) -> list[ConfLine]:
    """The full name of the rows that lack one of the two parts; none where no row does."""
    columns = [choose_columns(found)[0] for found in (given, family)]
    if all(used[0].column.fill >= FULL for used in columns):
        return []
    lacks = [" and ".join(f"{write_value(g)} is null" for g in used) for used in columns]
    condition = " or ".join(f"({text})" if " and " in text else text for text in lacks)
    whole.sql = f"case when {condition} then {whole.sql} end"
    whole.notes.append("read where given or family name is missing")
    return [whole]


def _draft_family_name(sheet: Sheet, family: Sequence[Guess]) -> ConfLine:
    numbered = _find_numbered(family)
    line = draft_filled("family_name", [g for g in family if g not in numbered])
    before, after = sheet.of("name_particle")[:1], sheet.of("second_family_name")[:1] + numbered
    if before or after:
        parts = [*before, *line.used, *after]
        texts = [*(g.column.text for g in before), line.sql, *(g.column.text for g in after)]
        line = ConfLine(
            "family_name", f"concat_ws(' ', {', '.join(texts)})", state_shares(parts), line.confirm, parts
        )
    return line


def _find_numbered(found: Sequence[Guess]) -> list[Guess]:
    """A second column whose name differs from the first only by its number (lname_c1, lname_c2)."""
    bare = [re.sub(r"\d+$", "", guess.column.name) for guess in found]
    return [guess for guess, name in zip(found[1:2], bare[1:2], strict=True) if name == bare[0]]


def _draft_full_name(found: Sequence[Guess]) -> ConfLine:
    used, left_out = choose_columns(found)
    lines = [_draft_one_full_name(guess) for guess in used]
    if len(lines) == 1:
        line = lines[0]
    else:
        texts = [
            write_value(g) if each.sql == g.column.text else f"nullif({each.sql}, '')"
            for g, each in zip(used, lines, strict=True)
        ]
        doubts = [doubt for each in lines for doubt in each.confirm]
        line = ConfLine("full_name", f"coalesce({', '.join(texts)})", state_shares(used), doubts, used)
    line.confirm += list_left_out(left_out)
    return line


def _draft_one_full_name(guess: Guess) -> ConfLine:
    column, values = guess.column, guess.column.values
    pairs = {x: n for x, n in values.items() if "," not in x and x.count(" ") == 1}
    first = sum(n for x, n in pairs.items() if _is_given(x.split(" ")[0]))
    last = sum(n for x, n in pairs.items() if _is_given(x.split(" ")[1]))
    line = draft_line("full_name", guess)
    if last > 2 * first and last > 0.25 * sum(values.values()):
        line.sql = f"regexp_replace({column.text}, '^([^ ,]+) ([^,]+)$', '$1, $2')"
        line.confirm.append("given names come last; read as family name, then given name")
    elif share_of(values, lambda x: "/" in x) >= 0.5:
        line.sql = f"replace({column.text}, '/', ', ')"
        line.confirm.append("read as family name/given name")
    elif (commas := share_of(values, lambda x: "," in x)) >= 0.05:
        line.notes.append(f"{percent(commas)} written Last, First")
    return line


def _is_given(word: str) -> bool:
    return fold(word) in given_names()
