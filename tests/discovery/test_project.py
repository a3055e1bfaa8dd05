"""What init writes and prints: a project that loads, without a value of the data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faker import Faker

from cdi_spark.config import load_project
from cdi_spark.discovery.draft.project import init_project
from cdi_spark.errors import ConfigError, SourceError
from tests.discovery.conftest import Init, table

Fake = Callable[[str], Faker]


def people(made: Faker, rows: int = 60) -> list[list[object]]:
    return [
        [f"K{n:04d}", made.first_name(), made.last_name(), made.email(), made.phone_number(), made.street_address(),
         made.city(), made.postcode(), made.date_of_birth().isoformat(), made.ssn()]
        for n in range(rows)
    ]  # fmt: skip


HEADER = ["id", "first", "last", "email", "phone", "street", "city", "postcode", "dob", "ssn"]


def test_no_value_of_the_data_is_written_or_printed(init: Init, fake: Fake) -> None:
    rows = people(fake("en_US"))
    written = init({"people.csv": table(HEADER, rows), "nohead.csv": table(None, rows)})
    said = written.text + "\n".join(written.printed)
    values = {str(cell) for row in rows for cell in row}
    assert not [value for value in values if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", said)]


def test_every_mapped_line_has_its_share_of_rows_and_fit(init: Init, fake: Fake) -> None:
    written = init({"people.csv": table(HEADER, people(fake("en_US")))})
    text = (written.folder / "sources" / "people.yml").read_text()
    mapped = text[text.index("columns:") :].splitlines()[1:]
    lines = " ".join(mapped).split("%")
    assert len(written.columns("people")) == 9
    assert len(lines) - 1 >= 2 * len(written.columns("people"))
    assert "given_name: first   # 100% filled, 100% fit" in text


def test_truth_links_products_and_calendars_are_left_out_with_a_reason(init: Init, fake: Fake) -> None:
    rows = people(fake("en_US"))
    written = init(
        {
            "people.csv": table(HEADER, rows),
            "truth.csv": table(
                ["source", "key", "person"], [["crm", row[0], f"P{n // 2:06d}"] for n, row in enumerate(rows)]
            ),
            "pairs.csv": table(["record_id", "entity_id"], [[row[0], n // 2] for n, row in enumerate(rows)]),
            "crosswalk.csv": table(
                ["crm_id", "erp_id"], [[row[0], f"E{n:05d}"] for n, row in enumerate(rows)]
            ),
            "links.csv": table(
                ["id1", "id2", "match"], [[rows[n][0], rows[n + 1][0], n % 2] for n in range(50)]
            ),
            "products.csv": table(
                ["product_id", "name", "price"], [[n, f"lamp {n}", "9.99"] for n in range(50)]
            ),
            "calendar.csv": table(["date", "weekday"], [[f"2024-01-{n:02d}", "Mon"] for n in range(1, 30)]),
        }
    )
    assert written.sources.keys() == {"people"}
    skipped = "\n".join(line for line in written.printed if line.startswith("skipped"))
    for name, why in {
        "truth": "labels",
        "pairs": "labels",
        "links": "labels",
        "crosswalk": "keys and short codes",
        "products": "describes no people",
        "calendar": "describes no people",
    }.items():
        assert re.search(rf"{name}\.csv: .*{why}", skipped)
    assert "truth.csv" in (written.folder / "project.yml").read_text()


def test_a_second_run_refuses_to_write_over_the_first(init: Init, fake: Fake, tmp_path: Path) -> None:
    written = init({"people.csv": table(HEADER, people(fake("en_US")))})
    with pytest.raises(ConfigError, match=r"project\.yml: exists already"):
        init_project(written.folder, [tmp_path / "raw"])


def test_files_without_people_write_nothing(init: Init, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file describes people(?s:.*)products\.csv: "):
        init({"products.csv": table(["sku", "name", "price"], [[n, f"lamp {n}", "9.99"] for n in range(50)])})
    assert not (tmp_path / "acme").exists()


def test_odd_names_of_files_folders_and_columns_load(init: Init, fake: Fake) -> None:
    rows = people(fake("en_US"))
    odd = [
        "Cust. No",
        "Name (First)",
        "Name (Last)",
        "E-Mail",
        "Tel.\nprivate",
        "`street`",
        "order",
        "PLZ/Zip",
        "select",
        "a b",
    ]
    names = {
        "2024 export [v2] {final}.csv": table(odd, rows),
        "on/no.csv": table(HEADER, rows),
        "data.csv": table(HEADER, rows),
        "Daten/data.csv": table(HEADER, rows),
        "Ärzte.csv": table(HEADER, rows),
    }
    written = init(names, name="no")
    assert len(written.sources) == 5
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in written.sources)
    project = load_project(written.folder)
    assert project.file.name == "no"
    assert written.columns("s_2024_export_v2_final")["given_name"] == "`Name (First)`"


def test_delivered_versions_of_one_list_are_ordered_by_their_files(init: Init, fake: Fake) -> None:
    rows = people(fake("en_US"))
    written = init({f"people_2024-0{n}.csv": table(HEADER, rows[: 40 + 5 * n]) for n in (1, 2, 3)})
    source = written.sources["people"]
    assert source["path"] == "{raw}/people_*.csv"
    assert (source["key"], source["load"], source["order_by"]) == ("id", "changes", "_file")


def test_rows_without_an_id_are_identified_by_several_columns_or_by_all(init: Init, fake: Fake) -> None:
    rows = people(fake("en_US"))
    shops = [[f"S{n % 3}", f"{n // 3 + 100000}", *row[1:]] for n, row in enumerate(rows)]
    written = init(
        {
            "a.csv": table(["shop_id", "person_no", *HEADER[1:9]], [row[:10] for row in shops]),
            "b.csv": table(["first", "last", "city"], [[row[1], row[2], row[6]] for row in rows]),
        }
    )
    assert written.sources["a"]["key"] == "concat_ws('-', shop_id, person_no)"
    assert written.sources["b"]["key"] == "sha2(to_json(struct(first, last, city)), 256)"


def test_a_key_that_is_personal_data_is_hashed(init: Init, fake: Fake) -> None:
    us = fake("en_US")
    people_ = [[us.unique.ssn(), us.name(), us.date_of_birth().isoformat()] for _ in range(60)]
    written = init(
        {
            "people.csv": table(["SSN", "name", "dob"], people_),
            "mails.csv": table(["name", "email"], [[us.name(), us.unique.email()] for _ in range(60)]),
        }
    )
    assert written.sources["people"]["key"] == "sha2(SSN, 256)"
    assert written.sources["mails"]["key"] == "sha2(lower(email), 256)"


def test_rows_of_one_id_that_agree_become_one_record(init: Init, fake: Fake) -> None:
    us = fake("en_US")
    people_ = [(f"M{n}", us.name(), us.date_of_birth().isoformat()) for n in range(20)]
    rows = [[*person, us.email()] for person in people_ for _ in range(3)]
    written = init({"p.csv": table(["member_no", "name", "dob", "email"], rows)})
    assert written.sources["p"]["key"] == "member_no"
    assert written.emit("p", "person")["per_key"] == "merge"


def test_typed_columns_are_mapped_by_their_types(tmp_path: Path, fake: Fake) -> None:
    us = fake("en_US")
    births = [us.date_of_birth() for _ in range(60)]
    folder = tmp_path / "raw"
    folder.mkdir()
    columns = {
        "cust_key": pa.array(range(60)), "name": pa.array([us.name() for _ in births]), "dob": pa.array(births),
        "cell": pa.array([float(us.numerify("212555####")) for _ in births]),
        "emails": pa.array([[us.email()] for _ in births]),
        "changed": pa.array([1_700_000_000_000_000_000 + n for n in range(60)], pa.timestamp("ns")),
        "gone": pa.array([None] * 60, pa.bool_()), "raw": pa.array([b"x"] * 60),
    }  # fmt: skip
    pq.write_table(pa.table(columns), folder / "dim_customer.parquet")
    init_project(tmp_path / "p", [folder])
    project = load_project(tmp_path / "p")
    [source] = project.sources
    assert source.key == "cast(cust_key as string)"
    assert source.updated_at == "timestamp_micros(try_cast(try_divide(changed, 1000) as bigint))"
    assert project.file.spark == {"spark.sql.legacy.parquet.nanosAsLong": "true"}
    assert source.emits[0].columns == {
        "full_name": "name", "birth_date": "dob", "emails": "emails",
        "phones": "array_compact(array(cast(try_cast(cell as bigint) as string)))",
    }  # fmt: skip


def test_a_column_of_time_of_day_is_refused_since_spark_reads_none(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1], "at": pa.array([1], pa.time64("us"))}), tmp_path / "p.parquet")
    with pytest.raises(SourceError, match=r"p\.parquet: at is a time of day"):
        init_project(tmp_path / "acme", [tmp_path / "p.parquet"])


def test_records_under_their_ids_as_names_are_refused(tmp_path: Path, fake: Fake) -> None:
    us = fake("en_US")
    (tmp_path / "p.json").write_text(json.dumps({us.uuid4(): {"name": us.name()} for _ in range(50)}))
    with pytest.raises(SourceError, match=r"p\.json: its records are fields that are named by their ids"):
        init_project(tmp_path / "acme", [tmp_path / "p.json"])


def test_a_share_of_family_names_is_expected_only_where_every_source_has_names(
    init: Init, fake: Fake
) -> None:
    us = fake("en_US")
    rows = people(us)
    events = [[us.uuid4(), 1_700_000_000_000 + n, f"c{n % 9}", "view"] for n in range(60)]
    named = init({"a/people.csv": table(HEADER, rows)}, only="a", name="named")
    mixed = init(
        {"a/events.csv": table(["event_id", "ts", "cookie_id", "event"], events)}, only="a", name="mixed"
    )
    assert "mostly: 0.8" in (named.folder / "quality" / "person.yml").read_text()
    assert "mostly" not in (mixed.folder / "quality" / "person.yml").read_text()
