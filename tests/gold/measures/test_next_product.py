"""The product that a customer may buy next."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from pyspark.sql import DataFrame

from cdi_spark.gold.measures.next_product import baskets, next_product, product_rules
from cdi_spark.schema import PRODUCT_RULE
from cdi_spark.storage.declared import conform

Make = Callable[..., DataFrame]
TODAY = date(2026, 6, 30)
MAY, JULY = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


def test_it_is_ordered_by_most_customers_with_the_same_products_and_new_to_the_customer(
    timeline: Make, silver: Make
) -> None:
    orders: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []

    def buys(who: str | None, *codes: str, **more: Any) -> None:
        number = str(len(orders))
        orders.append(
            {"entity_id": who, "event": "order", "event_id": f"shop:{number}", "happened_at": MAY, **more}
        )
        for code in codes:
            lines.append(
                {"order_line_id": f"shop:{number}-{code}", "order_key": number, "product_code": code}
            )

    for n in range(6):
        buys(f"tea {n}", "KETTLE", "TEA")
    for n in range(5):
        buys(f"cup {n}", "KETTLE")
        buys(f"cup {n}", "CUP")
    for n in range(4):
        buys(f"rare {n}", "PEN", "INK")
    for n in range(3):
        # Neither of these connects pen and ink: they are ignored.
        buys(f"never {n}", "PEN", "INK", is_void=True)
        buys(f"later {n}", "PEN", "INK", happened_at=JULY)
    buys(None, "PEN", "INK")
    buys("ann", "KETTLE")
    buys("bea", "KETTLE", "TEA")
    buys("cid", "CUP", "TEA")
    buys("dan", "INK")
    # All customers have a bag, so it has no lift.
    for who in {order["entity_id"] for order in orders if order["entity_id"]}:
        buys(who, "BAG")
    bought = baskets(timeline(*orders), silver("order_line", *lines), as_of=TODAY)
    found = next_product(bought, conform(product_rules(bought), PRODUCT_RULE)).collect()
    shown = {row["entity_id"]: row["next_product"] for row in found}
    assert {name: shown.get(name) for name in ("ann", "bea", "cid", "dan", "tea 0", "cup 0", "rare 0")} == {
        "ann": "TEA", "bea": "CUP", "cid": "KETTLE", "dan": None, "tea 0": "CUP", "cup 0": "TEA", "rare 0": None,
    }  # fmt: skip


def test_equally_good_products_are_ordered_by_code(timeline: Make, silver: Make) -> None:
    bought = {**{f"u{n}": ("A", "B", "C") for n in range(5)}, "ann": ("A",), "bob": ("Z",)}
    orders = [
        {"entity_id": who, "event": "order", "event_id": f"shop:{who}", "happened_at": MAY} for who in bought
    ]
    lines = [
        {"order_line_id": f"shop:{who}-{code}", "order_key": who, "product_code": code}
        for who, codes in bought.items()
        for code in codes
    ]
    bought = baskets(timeline(*orders), silver("order_line", *lines), as_of=TODAY)
    found = next_product(bought, conform(product_rules(bought), PRODUCT_RULE)).collect()
    assert [tuple(row) for row in found] == [("ann", "B")]
