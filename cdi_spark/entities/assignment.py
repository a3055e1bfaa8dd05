"""What Spark tasks run to name entities and to tell what became of them. Needs duckdb and pyarrow only."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

Task = Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]

# `held`: a record, its entity's number (null where it is gone), the id it has, since when (microseconds).
# `old`: a record that an id had last which none has any more, where that id lives now, and who holds the record.
NAMER_READS = (
    "kind string, record_id string, entity long, entity_id string, since long, "
    "successor_id string, held_by string"
)
# `open`, `close`: of a record and an id. `away`: an id that none has, where it lives, and its last records.
# `back`: an id that some have again, or that lives elsewhere now.
NAMER_GIVES = "kind string, record_id string, entity_id string, successor_id string, records array<string>"

# Rows of entities.member of whole ids, times in microseconds.
TELLER_READS = "record_id string, entity_id string, since long, until long"
TELLER_GIVES = "instant long, entity_id string, kind string, before array<string>, after array<string>"

# Each id goes to one entity, and each entity takes one id. Of equal parts that which had the id longer keeps it: what
# was merged into it goes back to its own.
_BEST = """
select entity, entity_id from (
    select * from {claims} qualify row_number() over (partition by entity_id order by records desc, since, smallest) = 1
) where entity is not null and {wanted}
qualify row_number() over (partition by entity order by records desc, since, entity_id) = 1
"""
_NAMING = {
    "held": "select * from arrived where kind = 'held'",
    "old": "select * from arrived where kind = 'old' and entity_id not in "
    "(select entity_id from arrived where kind = 'held' and entity_id is not null)",
    "followers": "select entity, entity_id, count(*) as records, min(since) as since, min(record_id) as smallest "
    "from held where entity is not null and entity_id is not null group by all",
    "followed": _BEST.format(claims="followers", wanted="true"),
    # A record that is not held is where it was; one that is gone does not count.
    "places": "select old.entity_id, old.record_id, old.since, held.entity, "
    "case when held.record_id is null then old.held_by end as held_by from old left join held using (record_id)",
    "returners": "select entity_id, entity, held_by, count(*) as records, min(since) as since, "
    "min(record_id) as smallest from places where entity is not null or held_by is not null group by all",
    "returned": _BEST.format(claims="returners", wanted="entity not in (select entity from followed)"),
    "firsts": "select entity, min(record_id) as record_id, arg_min(entity_id, record_id) as before "
    "from held where entity is not null group by entity",
    "named": "select entity, coalesce(followed.entity_id, returned.entity_id, "
    # What its first record was in before tells a part from the whole that the same run named.
    "left(sha256(concat_ws('|', $run_id, firsts.record_id, firsts.before)), 20)) as new_id "
    "from firsts left join followed using (entity) left join returned using (entity)",
    "assigned": "select held.*, named.new_id from held left join named using (entity)",
    "ids": "select distinct new_id as entity_id from assigned where new_id is not null",
    # The last records of every id that none has now, and where these are.
    "homes": "select entity_id, record_id, new_id as home from assigned "
    "where entity_id is not null and entity_id not in (from ids) union all "
    "select places.entity_id, places.record_id, coalesce(named.new_id, places.held_by) as home "
    "from places left join named using (entity) where places.entity_id not in (from ids)",
    "shares": "select entity_id, home, count(*) as records, min(record_id) as smallest from homes "
    "group by entity_id, home "
    "qualify row_number() over (partition by entity_id order by home is null, records desc, smallest) = 1",
    "away": "select shares.entity_id, shares.home as successor_id, list(homes.record_id order by homes.record_id) "
    "as records from shares join homes using (entity_id) group by shares.entity_id, shares.home",
    "known": "select distinct entity_id, successor_id from arrived where kind = 'old'",
}
_NAMED = """
select 'open' as kind, record_id, new_id as entity_id, null as successor_id, null::varchar[] as records
from assigned where new_id is not null and new_id is distinct from entity_id
union all select 'close', record_id, entity_id, null, null
from assigned where entity_id is not null and new_id is distinct from entity_id
union all select 'away', null, away.entity_id, away.successor_id, away.records
from away left join known using (entity_id)
where known.entity_id is null or known.successor_id is distinct from away.successor_id
union all select 'back', null, known.entity_id, null, null
from known left join away using (entity_id)
where away.entity_id is null or known.successor_id is distinct from away.successor_id
"""


def namer(run_id: str) -> Task:
    """Give every entity its id; see identity.assign_ids for the rules. Reads NAMER_READS, gives NAMER_GIVES."""

    def name_entities(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with _arrived(batches) as connection:
            if connection is not None:
                for step, sql in _NAMING.items():
                    given = {"run_id": run_id} if "$run_id" in sql else None
                    connection.execute(f"CREATE TEMP TABLE {step} AS {sql}", given)
                yield from connection.sql(_NAMED).to_arrow_reader(100_000)

    return name_entities


_TOLD = """
with touched as (select distinct entity_id from arrived where since = $instant or until = $instant),
whole as (select * from arrived where entity_id in (from touched)),
was as (
    select record_id, entity_id as old_id from whole where since < $instant and (until is null or until >= $instant)
),
now as (
    select record_id, entity_id as new_id from whole where since <= $instant and (until is null or until > $instant)
),
either as (select * from was full join now using (record_id)),
gained as (
    select new_id as id, list(distinct old_id order by old_id) filter (old_id is not null) as before,
    list(distinct old_id order by old_id) filter (
        old_id is not null and old_id <> new_id and old_id in (select new_id from now)) as from_others
    from either where new_id is not null group by new_id),
lost as (
    select old_id as id, list(distinct new_id order by new_id) filter (new_id is not null) as after
    from either where old_id is not null group by old_id)
select id as entity_id, if(before is null, 'created', 'split') as kind, coalesce(before, []) as before, [id] as after
from gained where id not in (select old_id from was)
union all select id, 'moved', from_others, [id] from gained
where id in (select old_id from was) and from_others is not null
union all select id, if(after is null, 'retired', 'merged'), [id], coalesce(after, []) from lost
where id not in (select new_id from now)
"""


def teller(after: int) -> Task:
    """Tell what happened to ids at every instant after this one (microseconds); see identity.events_since.

    Reads TELLER_READS, gives TELLER_GIVES.
    """

    def tell(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with _arrived(batches) as connection:
            if connection is None:
                return
            instants = connection.execute(
                "SELECT DISTINCT instant FROM "
                "(SELECT since AS instant FROM arrived UNION ALL SELECT until FROM arrived) "
                "WHERE instant > $after ORDER BY instant",
                {"after": after},
            ).fetchall()
            for (instant,) in instants:
                told = (
                    f"SELECT {instant}::BIGINT AS instant, * FROM ({_TOLD.replace('$instant', str(instant))})"
                )
                yield from connection.sql(told).to_arrow_reader(100_000)

    return tell


@contextmanager
def _arrived(batches: Iterable[pa.RecordBatch]) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """A database with what arrives in its table `arrived`; None where nothing does."""
    arriving = iter(batches)
    first = next(arriving, None)
    if first is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as connection:
        connection.execute(f"SET threads = 1; SET memory_limit = '1GB'; SET temp_directory = '{spill}'")

        def all_batches() -> Iterator[pa.RecordBatch]:
            yield first
            yield from arriving

        connection.register("stream", pa.RecordBatchReader.from_batches(first.schema, all_batches()))
        connection.execute("CREATE TEMP TABLE arrived AS FROM stream")
        yield connection
