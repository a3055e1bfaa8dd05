"""A Colombian insurer: Spanish headers, two family names, decimal commas, insured numbers in three forms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
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

_PEOPLE = 700
_PLANS = ("Auto Total", "Hogar Seguro", "Vida Plena", "Salud Familiar")
_PAYMENT = pa.schema(
    [
        ("id_pago", pa.int64()),
        ("num_asegurado", pa.float64()),
        ("fecha_pago", pa.date32()),
        ("valor", pa.decimal128(14, 2)),
        ("medio", pa.string()),
    ]
)


def insurer(raw: Path, seed: int) -> Company:
    """Write an insurer's exports: insured people by quarter, brokers' clients, quotes, policies, claims, payments."""
    rng = Random(seed)
    population = Population("CO", rng)
    people = [countries.person("ES", population) for _ in range(_PEOPLE)]
    company = Company(raw)
    insured = list(enumerate(drawn(people, 0.85, rng), 4_001))
    _insured_by_quarter(company, insured, population, rng)
    portfolio = [_portfolio(n, person, rng) for n, person in enumerate(drawn(people, 0.55, rng), 1)]
    company.csv("cartera_corredores.txt", portfolio, encoding="utf-16", delimiter="\t")
    quotes = [_quote(n, person, rng) for n, person in enumerate(drawn(people, 0.6, rng), 1)]
    company.json_list("cotizaciones_web.json", quotes)
    company.json_lines(
        "polizas.jsonl", [_policy(n, *rng.choice(insured), rng) for n in range(1, 801)], events=True
    )
    company.csv(
        "siniestros.csv",
        [_claim(n, *rng.choice(insured), rng) for n in range(1, 301)],
        events=True,
        encoding="cp1252",
        delimiter=";",
    )
    payments = [_payment(n, *rng.choice(insured), rng) for n in range(1, 901)]
    company.parquet("pagos.parquet", payments, _PAYMENT, events=True)
    return company


def _spanish(person: Person, rng: Random) -> Record:
    return countries.written("ES", person, rng)


def _insured_by_quarter(
    company: Company, insured: list[tuple[int, Person]], population: Population, rng: Random
) -> None:
    quarters: list[list[Row]] = [[], [], [], []]
    for number, person in insured:
        at = rng.randrange(4)
        row = _insured(number, person, day_of(2024, rng, month=3 * at + 2), rng)
        quarters[at].append((person.id, row))
        if at < 3 and rng.random() < 0.2:
            home = population.home()
            later = {
                "DIRECCIÓN": home.street,
                "CIUDAD": home.city,
                "CÓD. POSTAL": home.postcode,
                "FECHA ACTUALIZACIÓN": f"{day_of(2024, rng, month=12):%d/%m/%Y}",
            }
            quarters[3].append((person.id, row | later))
    for n, rows in enumerate(quarters, 1):
        company.csv(f"asegurados_2024T{n}.csv", rows, encoding="cp1252", delimiter=";")


def _insured(number: int, person: Person, changed: date, rng: Random) -> dict[str, str]:
    record = observed(
        person, lambda p, r: {"given_name": p.given, "family_name": p.more["first_family"]}, rng
    )
    born = record["birth_date"]
    return {
        "NO. ASEGURADO": f"{number:010}", "NOMBRES": record["given_name"] or "",
        "PRIMER APELLIDO": record["family_name"] or "", "SEGUNDO APELLIDO": person.more["second_family"],
        "CÉDULA": person.national_id if rng.random() < 0.8 else "",
        "FECHA NACIMIENTO": f"{date.fromisoformat(born):%d/%m/%Y}" if born else "",
        "CORREO ELECTRÓNICO": first(record["emails"]), "CELULAR": _local(first(record["phones"])),
        "DIRECCIÓN": record["street"] or "", "CIUDAD": record["city"] or "", "CÓD. POSTAL": record["postcode"] or "",
        "FECHA ACTUALIZACIÓN": f"{changed:%d/%m/%Y}",
    }  # fmt: skip


def _portfolio(number: int, person: Person, rng: Random) -> Row:
    record = observed(person, _spanish, rng)
    return person.id, {
        "Corredor": f"COR{rng.randrange(1, 15):02}", "Ref. cartera": f"{number:05}",
        "Titular": f"{record['family_name'] or ''}, {record['given_name'] or ''}".strip(", ").upper(),
        "Documento": f"{int(person.national_id):,}".replace(",", ".") if rng.random() < 0.6 else "",
        "Tel. móvil": _local(first(record["phones"])),
        "Tel. fijo": _local(person.landline) if rng.random() < 0.4 else "",
        "E-mail": first(record["emails"]), "Municipio": record["city"] or "",
    }  # fmt: skip


def _quote(number: int, person: Person, rng: Random) -> Row:
    record = observed(person, _spanish, rng)
    name = f"{record['given_name'] or ''} {record['family_name'] or ''}".strip()
    return person.id, {
        "cotizacion": f"Q24-{number:06}",
        "creada": f"{day_of(2024, rng)}T{rng.randrange(24):02}:{rng.randrange(60):02}:00-05:00",
        "solicitante": {
            "nombreCompleto": name.lower() if rng.random() < 0.2 else name,
            "fechaNacimiento": record["birth_date"],
            "contacto": [
                {"tipo": "correo", "valor": first(record["emails"])},
                {"tipo": "celular", "valor": first(record["phones"]).replace("+", "00")},
            ],
        },
        "producto": rng.choice(_PLANS),
    }


def _policy(number: int, insured: int, person: Person, rng: Random) -> Row:
    begins = day_of(rng.randrange(2020, 2024), rng)
    ends = begins.replace(year=begins.year + 1, day=min(begins.day, 28)) if rng.random() < 0.3 else None
    return person.id, {
        "poliza": f"POL-{number:06}", "asegurado": {"numero": str(insured)}, "plan": rng.choice(_PLANS),
        "vigencia": {"desde": f"{begins:%d/%m/%Y}", "hasta": f"{ends:%d/%m/%Y}" if ends else None},
        "prima": {"valor": decimal_comma(rng.randrange(40_000, 900_000) / 7), "moneda": "COP"},
        "estado": "cancelada" if ends else "vigente",
    }  # fmt: skip


def _claim(number: int, insured: int, person: Person, rng: Random) -> Row:
    opened = day_of(2024, rng)
    return person.id, {
        "No. siniestro": f"SIN{number:07}", "Asegurado": f"AS-{insured:010}", "Fecha apertura": f"{opened:%d/%m/%Y}",
        "Fecha cierre": f"{opened.replace(month=12, day=28):%d/%m/%Y}" if rng.random() < 0.5 else "",
        "Prioridad": rng.choice(("alta", "media", "baja")),
        "Asunto": rng.choice(("choque leve", "daño por agua", "robo", "hospitalización")),
        "Estado": rng.choice(("abierto", "cerrado", "en estudio")),
    }  # fmt: skip


def _payment(number: int, insured: int, person: Person, rng: Random) -> Row:
    return person.id, {
        "id_pago": 880_000 + number, "num_asegurado": float(insured), "fecha_pago": day_of(2024, rng),
        "valor": Decimal(rng.randrange(40_000, 400_000)), "medio": rng.choice(("PSE", "tarjeta", "efectivo")),
    }  # fmt: skip


def _local(number: str) -> str:
    """+573101234567 as 310 123 4567."""
    own = number.removeprefix("+57")
    return f"{own[:3]} {own[3:6]} {own[6:]}" if own else ""
