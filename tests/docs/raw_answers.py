"""Answers of the cookbook's queries, computed from the raw files."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

CODES = {"£": "GBP", "gbp": "GBP", "€": "EUR", "eur": "EUR", "$": "USD", "us$": "USD", "usd": "USD"}


Answer = list[tuple[Any, ...]]


class Raw:
    """The demo company as its raw files have it, with the customer of each person record."""

    def __init__(self, folder: Path, entity: dict[str, str]) -> None:
        self.entity = entity
        self.sources = Counter(self.entity.values())
        orders = pq.read_table(folder / "shop" / "orders.parquet").to_pylist()
        # Lines of an order count though its total is wrong.
        self.baskets = [row for row in orders if row["order_id"] and row["currency"] in ("GBP", "EUR", "USD")]
        self.orders = [row for row in self.baskets if row["total"] >= 0]
        lines = (folder / "billing" / "accounts.jsonl").read_text(encoding="utf-8").splitlines()
        self.accounts = [json.loads(line) for line in lines]
        self.invoices = [
            {
                **invoice,
                "amount": amount,
                "code": CODES[invoice["currency"].lower()],
                "account": row["account_id"],
            }
            for row in self.accounts
            for invoice in row["invoices"]
            if (amount := _sum_of(invoice)) is not None and invoice["currency"].lower() in CODES
        ]
        self.payments = read_csv(folder / "payments" / "payments.csv")
        self.talks = read_csv(folder / "contact_centre" / "contacts.csv")
        events = (folder / "marketing" / "events.jsonl").read_text(encoding="utf-8").splitlines()
        self.campaigns = [json.loads(line) for line in events]
        self.rates = {row["date"]: row for row in read_csv(folder / "rates" / "rates.csv")}

    def in_pounds(self, amount: Decimal, currency: str, day: date) -> Decimal:
        while day.isoformat() not in self.rates:
            day -= timedelta(days=1)
        rate, digits = self.rates[day.isoformat()], Decimal(10) ** -18
        pounds = Decimal(rate["GBP"])
        over_euro = (1 / Decimal(rate["USD"])).quantize(digits) * pounds
        factor = {"GBP": Decimal(1), "EUR": pounds, "USD": over_euro.quantize(digits)}[currency]
        return (amount * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def value(self, order: dict[str, Any]) -> Decimal:
        return self.in_pounds(order["total"], order["currency"], order["ordered_at"].date())


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _sum_of(invoice: dict[str, Any]) -> Decimal | None:
    digits = "".join(c for c in invoice["total"] if c.isdigit())
    sign = -1 if invoice.get("kind") == "credit_note" else 1
    return sign * Decimal(digits) / 100 if digits else None


def _sent_back(row: dict[str, str]) -> Decimal:
    return Decimal(row["amount"]) * (-1 if row["kind"] == "refund" else 1)


def duplicates(raw: Raw) -> Answer:
    records, customers = len(raw.entity), len(raw.sources)
    return [(records, customers, records - customers)]


def best_buyers(raw: Raw) -> Answer:
    value: defaultdict[str, Decimal] = defaultdict(Decimal)
    count: Counter[str] = Counter()
    for order in raw.orders:
        entity = raw.entity.get(f"shop:{order['order_id']}")
        if entity and order["status"] != "returned":
            value[entity] += raw.value(order)
            count[entity] += 1
    best = sorted(value, key=lambda entity: (-value[entity], entity))[:10]
    return [(entity, count[entity], value[entity]) for entity in best]


def ordered_by_month(raw: Raw) -> Answer:
    value: defaultdict[date, Decimal] = defaultdict(Decimal)
    count: Counter[date] = Counter()
    for order in raw.orders:
        if order["status"] != "returned":
            month = order["ordered_at"].date().replace(day=1)
            value[month] += raw.value(order)
            count[month] += 1
    return [(month, count[month], value[month]) for month in sorted(value)]


def owed(raw: Raw) -> Answer:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for invoice in raw.invoices:
        if invoice["status"] != "void":
            total[invoice["code"]] += invoice["amount"]
    for payment in raw.payments:
        total[payment["currency"]] -= _sent_back(payment)
    return sorted(total.items())


def overdue(raw: Raw) -> Answer:
    paid: defaultdict[str, Decimal] = defaultdict(Decimal)
    for payment in raw.payments:
        paid[payment["invoice_id"]] += _sent_back(payment)
    return sorted(
        (f"billing:{i['id']}", raw.entity.get(f"billing:{i['account']}"), date.fromisoformat(i["due"]), i["code"],
         i["amount"] - paid[i["id"]])
        for i in raw.invoices
        if not i.get("kind") and i["status"] != "void" and i["due"] < "2026-06-30" and i["amount"] > paid[i["id"]]
    )  # fmt: skip


def bought_together(raw: Raw) -> Answer:
    pairs: Counter[tuple[str, str]] = Counter()
    for order in raw.baskets:
        pairs.update(combinations(sorted({line["title"] for line in order["lines"]}), 2))
    return [(*pair, n) for pair, n in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:10]]


def campaigns(raw: Raw) -> Answer:
    reached: defaultdict[str, dict[str, set[str]]] = defaultdict(lambda: {"sent": set(), "clicked": set()})
    for event in raw.campaigns:
        entity = raw.entity.get(f"crm:{event['contact_id']}")
        if event["campaign"]:
            customers = reached[event["campaign"]]
            if entity and event["event"] in customers:
                customers[event["event"]].add(entity)
    return [(name, len(found["sent"]), len(found["clicked"])) for name, found in sorted(reached.items())]


def satisfaction(raw: Raw) -> Answer:
    ended = {
        raw.entity.get(f"billing:{row['account_id']}")
        for row in raw.accounts
        for plan in row["subscriptions"]
        if plan["end"]
    }
    scores: dict[bool, list[int]] = {False: [], True: []}
    for talk in raw.talks:
        entity = raw.entity.get(f"billing:{talk['account_id']}")
        if talk["channel"] == "survey" and entity:
            scores[entity in ended].append(int(talk["score"]))
    return [(key, len(given), round(sum(given) / len(given), 6)) for key, given in scores.items()]


def booked(raw: Raw) -> Answer:
    total: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])

    def add(document: str, currency: str, amount: Decimal, record: str) -> None:
        total[document, currency][0] += amount
        total[document, currency][1] += 0 if record in raw.entity else amount

    for order in raw.orders:
        if order["status"] != "returned":
            add("order", order["currency"], order["total"], f"shop:{order['order_id']}")
    for invoice in raw.invoices:
        if invoice["status"] != "void":
            add("invoice", invoice["code"], invoice["amount"], f"billing:{invoice['account']}")
    for payment in raw.payments:
        add("payment", payment["currency"], _sent_back(payment), f"billing:{payment['account_id']}")
    return [(*key, whole, unattributed, whole) for key, (whole, unattributed) in sorted(total.items())]


def owes_most(raw: Raw) -> Answer:
    paid: defaultdict[str, Decimal] = defaultdict(Decimal)
    for payment in raw.payments:
        paid[payment["invoice_id"]] += _sent_back(payment)
    worth: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    late: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for order in raw.orders:
        if order["status"] != "returned":
            worth[raw.entity.get(f"shop:{order['order_id']}")] += raw.value(order)
    for invoice in raw.invoices:
        if invoice["status"] != "void":
            entity, amount = raw.entity.get(f"billing:{invoice['account']}"), invoice["amount"]
            value = raw.in_pounds(amount, invoice["code"], date.fromisoformat(invoice["issued"]))
            worth[entity] += value
            left = (value * (amount - paid[invoice["id"]]) / amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
            late[entity] += left if invoice["due"] < "2026-06-30" or left < 0 else 0
    late.pop(None, None)
    most = sorted((-owed, entity) for entity, owed in late.items() if owed > 0 and entity)[:10]
    return [(entity, -owed, worth[entity]) for owed, entity in most]


def by_last_channel(raw: Raw) -> Answer:
    touches: defaultdict[str | None, list[tuple[datetime, str, str]]] = defaultdict(list)
    for talk in raw.talks:
        touch = datetime.fromisoformat(talk["at"]), f"contact_centre:{talk['contact_no']}", talk["channel"]
        touches[raw.entity.get(f"billing:{talk['account_id']}")].append(touch)
    for event in raw.campaigns:
        if event["event"] not in ("opt_in", "opt_out"):
            touch = datetime.fromisoformat(event["at"]), f"marketing:{event['event_id']}", "campaign"
            touches[raw.entity.get(f"crm:{event['contact_id']}")].append(touch)
    value: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for order in raw.orders:
        if order["status"] != "returned":
            at, entity = order["ordered_at"], raw.entity.get(f"shop:{order['order_id']}")
            before = [t for t in touches[entity] if t[0] <= at and (at.date() - t[0].date()).days <= 90]
            value[max(before)[2] if entity and before else None] += raw.value(order)
    return sorted(value.items(), key=lambda item: item[0] or "")


# By query: the answer, and the columns of the query that it covers.
ANSWERS: dict[str, tuple[Callable[[Raw], Answer], str]] = {
    "duplicates": (duplicates, "records, customers, duplicates"),
    "best_buyers": (best_buyers, "entity_id, order_count, order_value"),
    "orders_by_month": (ordered_by_month, "cast(month as date) month, orders, value"),
    "open_balance": (owed, "currency, owed"),
    "overdue_invoices": (overdue, "invoice_id, entity_id, due_on, currency, overdue"),
    "bought_together": (bought_together, "one, other, orders"),
    "campaign_reach": (campaigns, "campaign, reached, clicked"),
    "satisfaction_after_churn": (satisfaction, "ended, answers, satisfaction"),
    "ledger_reconciliation": (booked, "document, currency, gold, unattributed, ledger"),
    "overdue_customers": (owes_most, "entity_id, overdue_balance, lifetime_value"),
    "revenue_by_last_channel": (by_last_channel, "channel, value"),
}
