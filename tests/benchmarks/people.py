"""Hundreds of thousands of made-up persons with errors, within seconds: to time scoring, not to evaluate it."""

from __future__ import annotations

from pathlib import Path

import duckdb

# People have about five records; fields of all but the first record are sometimes missing or wrong.
_RECORDS_A_PERSON = 5


def make_people(path: Path, *, records: int) -> None:
    """Write a Parquet file with record_id and the columns of a model of names, birth, postcode and occupation."""
    people = records // _RECORDS_A_PERSON
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        connection.execute("CREATE MACRO chance(a, b) AS (hash(a, b) % 1000000) / 1000000.0")
        connection.execute(
            "CREATE MACRO word(n) AS concat(chr(65 + (n % 26)::INT), chr(97 + (n // 26 % 5 * 4)::INT), "
            "chr(98 + (n // 130 % 20)::INT), chr(97 + (n // 2600 % 6 * 4)::INT), chr(99 + (n // 15600 % 17)::INT))"
        )
        connection.execute(
            f"""CREATE TABLE people AS SELECT p,
                word((300 * power(chance(p, 'given'), 2))::BIGINT * 7) AS given_name,
                word((12000 * power(chance(p, 'family'), 3))::BIGINT * 3) AS family_name,
                DATE '1930-01-01' + (chance(p, 'born') * 28000)::INT AS birth_date,
                concat(word((1500 * power(chance(p, 'town'), 1.5))::BIGINT * 11), 'ton') AS birth_place,
                format('{{}}{{}} {{}}XY', chr(65 + (hash(p, 'area') % 26)::INT), hash(p, 'area') % 6,
                       hash(p, 'walk') % 500) AS postcode,
                concat(word((300 * power(chance(p, 'work'), 2))::BIGINT * 13), 'er') AS occupation
            FROM range({people}) t(p)"""
        )
        words = ("given_name", "family_name", "birth_place", "postcode", "occupation")
        # One character of a word changes, or a date of birth moves by up to a month.
        connection.execute(
            "CREATE MACRO misspelt(w, slip) AS concat(left(w, 1 + slip % (length(w) - 2)), chr(97 + slip % 26), "
            "substr(w, 3 + slip % (length(w) - 2)))"
        )
        wrong = {c: f"misspelt({c}, slip)" for c in words} | {"birth_date": "birth_date + slip % 30"}
        spoilt = ", ".join(
            f"CASE WHEN n > 0 AND chance(r, '{c}') < 0.08 THEN NULL "
            f"WHEN n > 0 AND chance(r, '{c}') < 0.2 THEN {mishap} ELSE {c} END AS {c}"
            for c, mishap in wrong.items()
        )
        connection.execute(
            f"""COPY (SELECT 'bench:' || r AS record_id, {spoilt} FROM (
                    SELECT r, r % {_RECORDS_A_PERSON + 2} AS n, (hash(r) % 1000)::INT AS slip, people.*
                    FROM range({records}) t(r)
                    JOIN people ON p = hash(r // {_RECORDS_A_PERSON + 2} , r % 2) % {people}))
                TO '{path}' (FORMAT parquet)"""
        )
