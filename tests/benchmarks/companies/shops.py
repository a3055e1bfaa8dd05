"""A Japanese chain of shops: Japanese headers and code page, readings in kana, names without a space, yen."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from random import Random

import pyarrow as pa

from tests.benchmarks.companies.company import Company, Row, day_of, drawn, first, observed
from tests.benchmarks.quality import asia
from tests.benchmarks.quality.corruption import Record
from tests.benchmarks.quality.people import Person, Population

_PEOPLE = 700
_RECEIPT = pa.schema(
    [
        ("receipt_no", pa.string()),
        ("会員番号", pa.int64()),
        ("日時", pa.timestamp("us")),
        ("金額", pa.int64()),
    ]
)
_GOODS = (
    ("TEA-01", "緑茶", 1_200),
    ("RIC-05", "米 5kg", 2_480),
    ("SOY-02", "醤油", 680),
    ("CUP-10", "湯呑み", 1_980),
)


def shops(raw: Path, seed: int) -> Company:
    """Write a chain's exports: members by half-year, point cards, web orders, enquiries, receipts, mail consents."""
    rng = Random(seed)
    population = Population("JP", rng)
    people = [asia.japanese(population) for _ in range(_PEOPLE)]
    company = Company(raw)
    members = list(enumerate(drawn(people, 0.8, rng), 20_001))
    half = len(members) // 2
    for name, part in (("上期", members[:half]), ("下期", members[half:])):
        rows = [(person.id, _member(number, person, rng)) for number, person in part]
        company.csv(f"会員_2024{name}.csv", rows, encoding="cp932")
    cards = [_card(n, person, rng) for n, person in enumerate(drawn(people, 0.5, rng), 1)]
    company.csv("ポイントカード申込.csv", cards, encoding="utf-8-sig")
    numbers = {person.id: number for number, person in members}
    orders = [
        _order(n, person, numbers.get(person.id), rng) for n, person in enumerate(drawn(people, 0.6, rng), 1)
    ]
    company.json_lines("online_orders.jsonl", orders)
    enquiries = [_enquiry(n, person, rng) for n, person in enumerate(drawn(people, 0.35, rng), 1)]
    company.csv("問合せ.csv", enquiries, encoding="cp932")
    receipts = [_receipt(n, *rng.choice(members), rng) for n in range(1, 1_001)]
    company.parquet("pos.parquet", receipts, _RECEIPT, events=True)
    consents = [_consent(n, *rng.choice(members), rng) for n in range(1, 401)]
    company.csv("mail_optin.csv", consents, events=True)
    return company


def _in_kanji(person: Person, rng: Random) -> Record:
    return {"given_name": person.given, "family_name": person.family}


def _kana(person: Person) -> tuple[str, str]:
    return asia.kana(person.more["latin_family"]), asia.kana(person.more["latin_given"])


def _local(number: str) -> str:
    """+819012345678 as 090-1234-5678."""
    own = f"0{number.removeprefix('+81')}" if number else ""
    return f"{own[:3]}-{own[3:7]}-{own[7:]}" if own else ""


def _member(number: int, person: Person, rng: Random) -> dict[str, str]:
    record = observed(person, _in_kanji, rng)
    born = record["birth_date"]
    return {
        "会員番号": f"{number:08}", "氏名": f"{record['family_name'] or ''}　{record['given_name'] or ''}".strip("　"),
        "フリガナ": " ".join(_kana(person)), "生年月日": born.replace("-", "/") if born else "",
        "性別": {"female": "女", "male": "男"}.get(record["gender"] or "", ""), "郵便番号": record["postcode"] or "",
        "市区町村": record["city"] or "", "番地": record["street"] or "", "電話番号": _local(first(record["phones"])),
        "メールアドレス": first(record["emails"]), "更新日": f"{day_of(2024, rng):%Y/%m/%d}",
    }  # fmt: skip


def _card(number: int, person: Person, rng: Random) -> Row:
    record = observed(person, _in_kanji, rng)
    born = date.fromisoformat(record["birth_date"]) if record["birth_date"] else None
    family, given = _kana(person)
    return person.id, {
        "申込番号": f"PC{number:06}", "姓": record["family_name"] or "", "名": record["given_name"] or "",
        "セイ": family, "メイ": given, "生年月日": f"{born.year}年{born.month}月{born.day}日" if born else "",
        "携帯電話": _local(first(record["phones"])), "メール": first(record["emails"]),
        "住所": f"{record['city'] or ''}{record['street'] or ''}", "申込日": f"{day_of(2023, rng):%Y/%m/%d}",
    }  # fmt: skip


def _order(number: int, person: Person, member: int | None, rng: Random) -> Row:
    record = observed(person, asia.written_japanese, rng)
    lines = [
        {"商品コード": code, "商品名": name, "数量": rng.randrange(1, 4), "単価": price}
        for code, name, price in rng.sample(_GOODS, rng.randrange(1, 3))
    ]
    total = sum(int(str(line["数量"])) * int(str(line["単価"])) for line in lines)
    return person.id, {
        "注文番号": f"W{number:07}",
        "注文日時": f"{day_of(2024, rng):%Y-%m-%d}T{rng.randrange(24):02}:00:00+09:00",
        "会員番号": f"M-{member:08}" if member and rng.random() < 0.4 else None,
        "購入者": {
            "姓": record["family_name"], "名": record["given_name"], "メール": first(record["emails"]) or None,
            "電話": _local(first(record["phones"])).replace("-", "") or None,
            "配送先": {"郵便番号": record["postcode"], "市区町村": record["city"], "番地": record["street"]},
        },
        "明細": lines, "合計": f"{total:,}円",
    }  # fmt: skip


def _enquiry(number: int, person: Person, rng: Random) -> Row:
    record = observed(person, _in_kanji, rng)
    return person.id, {
        "受付番号": f"Q{number:05}", "受付日時": f"{day_of(2024, rng):%Y/%m/%d} {rng.randrange(9, 18):02}:30",
        "お名前": asia.whole_name("JP", record, rng), "メールアドレス": first(record["emails"]),
        "電話番号": _local(first(record["phones"])) if rng.random() < 0.5 else "",
        "件名": rng.choice(("返品について", "ポイントの件", "在庫確認", "配送日の変更")),
        "状態": rng.choice(("対応中", "完了")),
    }  # fmt: skip


def _receipt(number: int, member: int, person: Person, rng: Random) -> Row:
    day = day_of(2024, rng)
    return person.id, {
        "receipt_no": f"R{number:08}", "会員番号": member, "金額": rng.randrange(200, 20_000),
        "日時": datetime(day.year, day.month, day.day, rng.randrange(10, 21), number % 60),
    }  # fmt: skip


def _consent(number: int, member: int, person: Person, rng: Random) -> Row:
    return person.id, {
        "no": str(number), "会員番号": f"{member:08}", "許諾": rng.choice(("1", "0")),
        "日付": f"{day_of(2024, rng):%Y/%m/%d}",
    }  # fmt: skip
