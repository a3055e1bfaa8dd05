"""People in nested JSON: objects, lists, arrays of objects, and one object around them all."""

from __future__ import annotations

import json
from collections.abc import Callable

from faker import Faker

from tests.discovery.conftest import Init

Fake = Callable[[str], Faker]
ROWS = 60


def test_nested_records_are_mapped_by_their_paths(init: Init, fake: Fake) -> None:
    us = fake("en_US")
    patients = [
        {"id": us.uuid4(), "name": [{"family": us.last_name(), "given": [us.first_name(), us.first_name()]}],
         "telecom": [{"system": "phone", "value": us.phone_number()}, {"system": "email", "value": us.email()}],
         "birthDate": us.date_of_birth().isoformat(), "address": [{"line": [us.street_address()], "city": us.city()}]}
        for _ in range(ROWS)
    ]  # fmt: skip
    written = init({"Patient.json": "\n".join(map(json.dumps, patients))})
    assert (written.sources["patient"]["format"], written.sources["patient"]["key"]) == ("jsonl", "id")
    assert written.columns("patient") == {
        "given_name": "array_join(get(name, 0).given, ' ')",
        "family_name": "get(name, 0).family",
        "birth_date": "try_cast(birthDate as date)",
        "emails": "filter(telecom, x -> x.system = 'email').value",
        "phones": "filter(telecom, x -> x.system = 'phone').value",
        "street": "array_join(get(address, 0).line, ' ')",
        "city": "get(address, 0).city",
    }


def test_fax_numbers_in_arrays_are_no_phones_and_contact_points_are_of_the_person(
    init: Init, fake: Fake
) -> None:
    de = fake("de_DE")
    clients = [
        {"client_no": f"C{n}", "first_name": de.first_name(), "last_name": de.last_name(),
         "phones": [{"type": "mobile", "number": f"0171 55512{n:02d}"}, {"type": "Fax", "number": f"040 99912{n:02d}"},
                    {"number": f"040 22212{n:02d}"}],
         "contactPoints": [{"system": "fax", "value": f"040 88812{n:02d}"}, {"system": "email", "value": de.email()}]}
        for n in range(ROWS)
    ]  # fmt: skip
    columns = init({"clients.jsonl": "\n".join(map(json.dumps, clients))}).columns("clients")
    assert columns["phones"] == "filter(phones, x -> lower(coalesce(x.type, '')) not in ('fax')).number"
    assert columns["emails"] == "filter(contactPoints, x -> x.system = 'email').value"


def test_one_object_around_an_array_of_records_is_exploded(init: Init, fake: Fake) -> None:
    us = fake("en_US")
    users = [{"id": 1000 + n, "name": us.name(), "email": us.email()} for n in range(ROWS)]
    written = init({"users.json": json.dumps({"meta": {"count": ROWS}, "data": {"users": users}}, indent=1)})
    emit = written.emit("users", "person")
    assert (emit["explode"], emit["key"]) == ("data.users", "item.id")
    assert emit["columns"] == {"full_name": "item.name", "emails": "array_compact(array(item.email))"}
