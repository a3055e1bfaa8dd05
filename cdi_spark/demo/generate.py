"""Make the demo company: five raw sources and who is truly who in them."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from cdi_spark.demo import billing, crm, shop, support, usage
from cdi_spark.demo.people import Person, population
from cdi_spark.demo.raw import RawRow, write_csv

Make = Callable[[list[Person], Random], list[RawRow]]
Write = Callable[[list[RawRow], Path], None]

SOURCES: Final[dict[str, tuple[Make, Write, str]]] = {
    "crm": (crm.contacts, crm.write, crm.KEY),
    "billing": (billing.accounts, billing.write, billing.KEY),
    "shop": (shop.orders, shop.write, shop.KEY),
    "support": (support.cases, support.write, support.KEY),
    "usage": (usage.events, usage.write, usage.KEY),
}


def generate(out: Path, *, people: int = 10_000, seed: int = 42) -> dict[str, int]:
    """Write crm, billing, shop, support and usage below `out`, and `truth.csv` beside them.

    The same size and seed give the same bytes, in any process. `truth.csv` has source, key and person of
    every usable person record: a row without a key, without anything that identifies or with a birth in the
    future has none there, while a row whose order, invoice or case alone is faulty has one.

    Args:
        out: folder, made where it is missing; files of the same names are replaced.
        people: persons in the population, children included; from 100 on every kind of fault fits in.
        seed: of all randomness.
    Returns:
        Rows written a source; an account of billing counts once, usage counts events.
    Raises:
        ValueError: fewer than 100 people.
    """
    if people < 100:
        raise ValueError(f"people is {people}; the demo company needs at least 100.")
    customers = population(people, Random(f"{seed}:people"))
    truth: dict[tuple[str, str], str] = {}
    written = {}
    for source, (make, write, key) in SOURCES.items():
        rows = make(customers, Random(f"{seed}:{source}"))
        write(rows, out)
        written[source] = len(rows)
        truth |= {(source, str(row.values[key])): row.person for row in rows if row.person}
    write_csv(
        out / "truth.csv",
        [{"source": source, "key": key, "person": person} for (source, key), person in truth.items()],
    )
    return written
