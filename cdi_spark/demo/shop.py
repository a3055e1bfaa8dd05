"""The web shop: Parquet, one row per order; most buyers type their details every time."""

import json
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from cdi_spark.demo.errors import add_errors
from cdi_spark.demo.formats import CURRENCY, phone_text
from cdi_spark.demo.observations import Observation, observation_days, observe
from cdi_spark.demo.people import Person
from cdi_spark.demo.raw import Fault, RawRow, Row, blank, plant, put

KEY: Final = "order_id"

FAULTS: Final = (
    Fault(0.003, blank(KEY), loses_person=True),
    Fault(0.004, blank("customer_first", "customer_last", "email", "phone"), loses_person=True),
    Fault(0.005, put("total", Decimal("-49.90")), loses_person=False),
    Fault(0.003, put("currency", "ZZZ"), loses_person=False),
)

_MONEY: Final = pa.decimal128(18, 2)
SCHEMA: Final = pa.schema(
    [
        pa.field("order_id", pa.int64()),
        *(pa.field(name, pa.string()) for name in ("customer_first", "customer_last", "email", "phone")),
        *(
            pa.field(name, pa.string())
            for name in ("ship_street", "ship_city", "ship_region", "ship_postcode")
        ),
        pa.field("ship_country", pa.string()),
        pa.field("ordered_at", pa.timestamp("us", tz="UTC")),
        pa.field("status", pa.string()),
        pa.field("total", _MONEY),
        pa.field("currency", pa.string()),
        pa.field(
            "lines",
            pa.list_(
                pa.struct(
                    [
                        ("sku", pa.string()),
                        ("title", pa.string()),
                        ("quantity", pa.int32()),
                        ("unit_price", _MONEY),
                    ]
                )
            ),
        ),
    ]
)
_CATEGORIES: Final = {
    "Kitchen": "Kettle|Toaster|Coffee Beans|Tea Tin|Cast Iron Pan|Chef's Knife",
    "Home": "Desk Lamp|Wool Blanket|Picture Frame|Candle Set|Bath Towel|Garden Chair|Office Chair",
    "Out and about": "Running Shoes|Rucksack",
    "Office": "Notebook|Fountain Pen",
    "Electronics": "Headphones|Phone Case|USB Cable",
}
# Products that are often bought together.
_COMPANIONS: Final = {
    "Kettle": "Tea Tin", "Tea Tin": "Kettle", "Coffee Beans": "Toaster", "Notebook": "Fountain Pen",
    "Fountain Pen": "Notebook", "Running Shoes": "Rucksack", "Phone Case": "USB Cable", "Headphones": "Phone Case",
    "Cast Iron Pan": "Chef's Knife", "Chef's Knife": "Cast Iron Pan", "Bath Towel": "Candle Set",
}  # fmt: skip
_PRODUCTS: Final = (
    ("Kettle", "34.90"), ("Toaster", "29.90"), ("Desk Lamp", "45.00"), ("Wool Blanket", "69.90"),
    ("Running Shoes", "119.00"), ("Rucksack", "79.50"), ("Coffee Beans", "12.90"), ("Tea Tin", "8.50"),
    ("Notebook", "6.90"), ("Fountain Pen", "24.90"), ("Headphones", "149.00"), ("Phone Case", "19.90"),
    ("USB Cable", "9.90"), ("Garden Chair", "89.00"), ("Picture Frame", "17.50"), ("Candle Set", "14.90"),
    ("Cast Iron Pan", "54.90"), ("Chef's Knife", "64.00"), ("Bath Towel", "16.90"),
    ("Office Chair", "249.00"),
)  # fmt: skip


def orders(people: list[Person], rng: Random) -> list[RawRow]:
    """Make one row per order, numbered in order of time."""
    seen = [
        (day, person)
        for person in people
        if rng.random() < (0.38 if person.is_adult else 0.1)
        for day in observation_days(
            person, rng.choices(range(1, 9), weights=[30, 24, 16, 10, 8, 5, 4, 3])[0], rng
        )
    ]
    seen.sort(key=lambda pair: pair[0])
    rows = [
        RawRow(_row(number, add_errors(observe(person, day, rng), rng), rng), person.person_id)
        for number, (day, person) in enumerate(seen, 500_001)
    ]
    plant(rows, FAULTS, rng)
    for row in rows:
        _pair_up(row.values, rng)
    return rows


def write(rows: list[RawRow], out: Path) -> None:
    path = out / "shop" / "orders.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist([row.values for row in rows], schema=SCHEMA)
    pq.write_table(table, path, compression="snappy", version="2.6", row_group_size=100_000)


def _row(number: int, seen: Observation, rng: Random) -> Row:
    lines = [_line(rng) for _ in range(rng.choices([1, 2, 3, 4], weights=[50, 28, 15, 7])[0])]
    at = time(rng.randrange(24), rng.randrange(60), rng.randrange(60))
    return {
        "order_id": number,
        "customer_first": seen.given,
        "customer_last": seen.family,
        "email": seen.emails[0] if seen.emails else None,
        "phone": phone_text(seen.mobile, rng) if seen.mobile and rng.random() < 0.6 else None,
        "ship_street": seen.street or None,
        "ship_city": seen.city or None,
        "ship_region": seen.region if seen.region and rng.random() < 0.5 else None,
        "ship_postcode": seen.postcode or None,
        "ship_country": seen.country,
        "ordered_at": datetime.combine(seen.day, at, tzinfo=UTC),
        "status": rng.choices(["delivered", "shipped", "paid", "returned"], weights=[80, 8, 5, 7])[0],
        "total": sum((line["quantity"] * line["unit_price"] for line in lines), Decimal(0)),
        "currency": CURRENCY[seen.country],
        "lines": lines,
    }


def _line(rng: Random) -> Row:
    index = rng.randrange(len(_PRODUCTS))
    title, price = _PRODUCTS[index]
    return {
        "sku": f"SKU-{index + 1:03}",
        "title": title,
        "quantity": rng.choices([1, 2, 3], weights=[78, 16, 6])[0],
        "unit_price": Decimal(price),
    }


def _pair_up(order: Row, rng: Random) -> None:
    """Split orders into lines; half of the second lines match the first; a faulty total stays faulty."""
    lines = order["lines"]
    companion = _COMPANIONS.get(lines[0]["title"])
    if len(lines) < 2 or companion is None or rng.random() < 0.5:
        return
    index, price = next((i, p) for i, (title, p) in enumerate(_PRODUCTS) if title == companion)
    lines[1] |= {"sku": f"SKU-{index + 1:03}", "title": companion, "unit_price": Decimal(price)}
    if order["total"] >= 0:
        order["total"] = sum((line["quantity"] * line["unit_price"] for line in lines), Decimal(0))


def write_products(out: Path) -> int:
    """Write products/products.json, and return the number of products."""
    category = {title: name for name, titles in _CATEGORIES.items() for title in titles.split("|")}
    products = [
        {
            "sku": f"SKU-{number:03}",
            "title": title,
            "category": category[title],
            "price": price,
            "currency": "GBP",
        }
        for number, (title, price) in enumerate(_PRODUCTS, 1)
    ]
    path = out / "products" / "products.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(products, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(products)
