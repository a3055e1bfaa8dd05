"""A Turkish telecom: the Turkish code page, capitals with dotted İ, subscriber numbers with and without A000."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from random import Random

import pyarrow as pa

from tests.benchmarks.companies.company import (
    Company,
    Row,
    day_of,
    decimal_comma,
    drawn,
    first,
    observed,
)
from tests.benchmarks.quality import countries
from tests.benchmarks.quality.corruption import Record
from tests.benchmarks.quality.people import Person, Population

_PEOPLE = 800
_MIGRATED = pa.schema(
    [
        ("musteri_id", pa.int64()),
        ("ad_soyad", pa.string()),
        ("dogum_tarihi", pa.timestamp("us")),
        ("telefon", pa.int64()),
        ("eposta", pa.string()),
        ("il", pa.string()),
        ("son_guncelleme", pa.timestamp("us")),
    ]
)
_SUBJECTS = ("fatura itirazı", "hız sorunu", "tarife değişikliği", "nakil", "arıza")


def telecom(raw: Path, seed: int) -> Company:
    """Write a telecom's exports: subscribers, a migrated system, applications, calls, monthly invoices, consents."""
    rng = Random(seed)
    population = Population("TR", rng)
    people = [countries.person("TR", population) for _ in range(_PEOPLE)]
    company = Company(raw)
    subscribers = list(enumerate(drawn(people, 0.75, rng), 1_201))
    rows = [(person.id, _subscriber(number, person, rng)) for number, person in subscribers]
    company.csv("aboneler.csv", rows, encoding="cp1254", delimiter=";")
    migrated = [_migrated(n, person, rng) for n, person in enumerate(drawn(people, 0.45, rng), 50_001)]
    company.parquet("eski_sistem_musteriler.parquet", migrated, _MIGRATED)
    applications = [_application(n, person, rng) for n, person in enumerate(drawn(people, 0.4, rng), 1)]
    company.csv("internet_basvurulari.csv", applications, delimiter="|")
    calls = [_call(n, person, rng) for n, person in enumerate(drawn(people, 0.5, rng), 1)]
    company.json_lines("cagri_merkezi.jsonl", calls)
    for month in (1, 2, 3):
        chosen = rng.sample(subscribers, 250)
        invoices = [_invoice(n, month, *one, rng) for n, one in enumerate(chosen, 1)]
        company.csv(f"faturalar_2024-{month:02}.csv", invoices, events=True, encoding="cp1254", delimiter=";")
    consents = [_consent(n, *rng.choice(subscribers), rng) for n in range(1, 501)]
    company.csv("kampanya_izinleri.csv", consents, events=True)
    return company


def _turkish(person: Person, rng: Random) -> Record:
    return countries.written("TR", person, rng)


def _upper(text: str) -> str:
    return text.replace("i", "İ").replace("ı", "I").upper()


def _subscriber(number: int, person: Person, rng: Random) -> dict[str, str]:
    record = observed(person, _turkish, rng)
    born, phone = record["birth_date"], first(record["phones"])
    given = " ".join(part for part in (record["given_name"], record["middle_name"]) if part)
    return {
        "Abone No": f"A{number:07}", "Adı": given, "Soyadı": record["family_name"] or "",
        "T.C. Kimlik No": f"1{person.national_id}" if rng.random() < 0.7 else "",
        "Doğum Tarihi": f"{date.fromisoformat(born):%d.%m.%Y}" if born else "",
        "Cep Tel.": f"0{phone[3:6]} {phone[6:9]} {phone[9:11]} {phone[11:]}" if phone else "",
        "E-posta": first(record["emails"]), "Adres": record["street"] or "", "Posta Kodu": record["postcode"] or "",
        "İl": record["city"] or "", "Abonelik Başlangıcı": f"{day_of(rng.randrange(2015, 2024), rng):%d.%m.%Y}",
        "Güncelleme Tarihi": f"{day_of(2024, rng):%d.%m.%Y} {rng.randrange(24):02}:{rng.randrange(60):02}",
    }  # fmt: skip


def _migrated(number: int, person: Person, rng: Random) -> Row:
    record = observed(person, _turkish, rng)
    phone = first(record["phones"]).removeprefix("+")
    name = countries.whole("TR", record, rng)
    return person.id, {
        "musteri_id": number, "ad_soyad": _upper(name) or None,
        "dogum_tarihi": datetime.fromisoformat(record["birth_date"]) if record["birth_date"] else None,
        "telefon": int(phone) if phone.isdigit() else None, "eposta": first(record["emails"]) or None,
        "il": _upper(record["city"] or "") or None,
        "son_guncelleme": datetime.combine(day_of(2021, rng), time(3, number % 60)),
    }  # fmt: skip


def _application(number: int, person: Person, rng: Random) -> Row:
    record = observed(person, _turkish, rng)
    phone, born = first(record["phones"]), record["birth_date"]
    return person.id, {
        "basvuru_no": f"BSV-2024-{number:05}", "basvuru_zamani": f"{day_of(2024, rng)} 10:{rng.randrange(60):02}:00",
        "isim": record["given_name"] or "", "soyisim": record["family_name"] or "",
        "d_tarihi": born.replace("-", "/") if born else "",
        "gsm": f"+90({phone[3:6]}){phone[6:]}" if phone else "", "mail": first(record["emails"]),
        "sehir": record["city"] or "", "paket": rng.choice(("50 Mbps", "100 Mbps", "Fiber 1000")),
    }  # fmt: skip


def _call(number: int, person: Person, rng: Random) -> Row:
    record = observed(person, _turkish, rng)
    return person.id, {
        "kayit_id": f"{rng.getrandbits(64):016x}",
        "zaman": f"{day_of(2024, rng)}T{rng.randrange(24):02}:{rng.randrange(60):02}:{number % 60:02}+03:00",
        "kanal": rng.choice(("telefon", "sohbet")),
        "arayan": {
            "adSoyad": countries.whole("TR", record, rng),
            "numaralar": [n for n in (first(record["phones"]), person.landline if rng.random() < 0.2 else "") if n],
            "eposta": first(record["emails"]) if rng.random() < 0.5 else None,
        },
        "konu": rng.choice(_SUBJECTS),
    }  # fmt: skip


def _invoice(number: int, month: int, subscriber: int, person: Person, rng: Random) -> Row:
    return person.id, {
        "Fatura No": f"F2024{month:02}{number:06}", "Abone": str(subscriber),
        "Düzenleme Tarihi": f"{day_of(2024, rng, month=month):%d.%m.%Y}",
        "Son Ödeme Tarihi": f"{day_of(2024, rng, month=month + 1):%d.%m.%Y}",
        "Tutar": decimal_comma(rng.randrange(9_000, 250_000) / 100), "Para Birimi": "TRY",
        "Durum": rng.choice(("ödendi", "açık", "gecikti")),
    }  # fmt: skip


def _consent(number: int, subscriber: int, person: Person, rng: Random) -> Row:
    return person.id, {
        "izin_no": str(number), "abone_no": f"{subscriber:07}", "kanal": rng.choice(("SMS", "E-POSTA", "ARAMA")),
        "amac": "pazarlama", "izin": rng.choice(("EVET", "HAYIR")), "tarih": f"{day_of(2024, rng):%d/%m/%Y}",
    }  # fmt: skip
