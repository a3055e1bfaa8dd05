"""Spark tasks that assign entity ids, and that derive the events of entities. They need duckdb and pyarrow only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import duckdb
import pyarrow as pa

from cdi_spark.private_database import open_database

Task = Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]


class Claim(StrEnum):
    """Which records have a claim to an id; `kind` of the rows that assign_ids() reads."""

    # A record that was resolved now, with its entity's number (null if the record is gone), its current id, and
    # since when it has it. A record that was handed over is two: one that is gone, and one without an id.
    CURRENT = "current"
    # A record that a redirected id had last, with the successor of that id and the current id of the record.
    REDIRECTED = "redirected"


class Change(StrEnum):
    """What changes about a record's membership or about an id; `kind` of the rows that assign_ids() returns."""

    OPENED = "opened"
    CLOSED = "closed"
    # The id has no records now: it leads to the entity that has most of its last records.
    REDIRECTED = "redirected"
    # The redirect of an id ends: the id has records again, or leads elsewhere now.
    RESTORED = "restored"


class EventKind(StrEnum):
    """What happened to an entity; entities.event.kind."""

    CREATED = "created"
    MERGED = "merged"
    SPLIT = "split"
    MOVED = "moved"
    RETIRED = "retired"
    HANDED_OVER = "handed_over"


# Times are in microseconds since 1970. is_handed_over: the record is another person since it had the id.
CLAIMS = (
    "kind string, record_id string, entity long, entity_id string, since long, "
    "successor_id string, current_id string, is_handed_over boolean"
)
CHANGES = "kind string, record_id string, entity_id string, successor_id string, records array<string>"

# Rows of entities.member of whole ids. is_handed_over: it ended because the record is another person since.
MEMBERSHIPS = "record_id string, entity_id string, since long, until long, is_handed_over boolean"
EVENTS = "instant long, entity_id string, kind string, before array<string>, after array<string>"

# Each id goes to one entity, and each entity takes one id. Between equal parts the one that had the id longer keeps
# it, so that an entity which was merged into it can get its own id back.
_BEST = """
select entity, entity_id from (
    select * from {claims} qualify row_number() over (partition by entity_id order by records desc, since, smallest) = 1
) where entity is not null and {wanted}
qualify row_number() over (partition by entity order by records desc, since, entity_id) = 1
"""
# Temporary tables, in order.
_STEPS = {
    "current": f"select * from arrived where kind = '{Claim.CURRENT}'",
    "redirected": f"select * from arrived where kind = '{Claim.REDIRECTED}' and entity_id not in "
    f"(select entity_id from arrived where kind = '{Claim.CURRENT}' and entity_id is not null)",
    "followers": "select entity, entity_id, count(*) as records, min(since) as since, min(record_id) as smallest "
    "from current where entity is not null and entity_id is not null group by all",
    "followed": _BEST.format(claims="followers", wanted="true"),
    # A record that was not resolved now is where it was; one that is gone, or another person, does not count.
    "present": "select record_id, entity from current where not is_handed_over",
    "places": "select redirected.entity_id, redirected.record_id, redirected.since, present.entity, "
    "redirected.is_handed_over, case when present.record_id is null and not redirected.is_handed_over "
    "then redirected.current_id end as current_id from redirected left join present "
    "on redirected.record_id = present.record_id and not redirected.is_handed_over",
    "returners": "select entity_id, entity, current_id, count(*) as records, min(since) as since, "
    "min(record_id) as smallest from places where entity is not null or current_id is not null group by all",
    "returned": _BEST.format(claims="returners", wanted="entity not in (select entity from followed)"),
    "firsts": "select entity, min(record_id) as record_id, arg_min(entity_id, record_id) as before "
    "from current where entity is not null group by entity",
    "assigned": "select entity, coalesce(followed.entity_id, returned.entity_id, "
    # The earlier id of the first record tells a part from the whole that the same run named.
    "left(sha256(concat_ws('|', $run_id, firsts.record_id, firsts.before)), 20)) as new_id "
    "from firsts left join followed using (entity) left join returned using (entity)",
    "records": "select current.*, assigned.new_id from current left join assigned using (entity)",
    "ids": "select distinct new_id as entity_id from records where new_id is not null",
    # The last records of every id that has none now, and the entities that these records are in.
    "successors": "select entity_id, record_id, new_id as successor_id, is_handed_over from records "
    "where entity_id is not null and entity_id not in (from ids) union all "
    "select places.entity_id, places.record_id, coalesce(assigned.new_id, places.current_id) as successor_id, "
    "places.is_handed_over from places left join assigned using (entity) where places.entity_id not in (from ids)",
    "shares": "select entity_id, successor_id, count(*) as records, min(record_id) as smallest from successors "
    "group by entity_id, successor_id qualify row_number() over "
    "(partition by entity_id order by successor_id is null, records desc, smallest) = 1",
    "redirects": "select shares.entity_id, shares.successor_id, "
    "coalesce(list(successors.record_id order by successors.record_id) filter (not is_handed_over), []) as records "
    "from shares join successors using (entity_id) group by shares.entity_id, shares.successor_id",
    "known": f"select distinct entity_id, successor_id from arrived where kind = '{Claim.REDIRECTED}'",
}
_CHANGED = f"""
select '{Change.OPENED}' as kind, record_id, new_id as entity_id, null as successor_id, null::varchar[] as records
from records where new_id is not null and new_id is distinct from entity_id
union all select '{Change.CLOSED}', record_id, entity_id, null, null
from records where entity_id is not null and new_id is distinct from entity_id
union all select '{Change.REDIRECTED}', null, redirects.entity_id, redirects.successor_id, redirects.records
from redirects left join known using (entity_id)
where known.entity_id is null or known.successor_id is distinct from redirects.successor_id
union all select '{Change.RESTORED}', null, known.entity_id, null, null
from known left join redirects using (entity_id)
where redirects.entity_id is null or known.successor_id is distinct from redirects.successor_id
"""


def assign_ids(run_id: str) -> Task:
    """Return a task that assigns an id to every entity: CLAIMS to CHANGES; identity.assign_entity_ids has the rules."""

    def assign(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with _database(batches) as connection:
            if connection is not None:
                for step, sql in _STEPS.items():
                    parameters = {"run_id": run_id} if "$run_id" in sql else None
                    connection.execute(f"CREATE TEMP TABLE {step} AS {sql}", parameters)
                yield from connection.sql(_CHANGED).to_arrow_reader(100_000)

    return assign


_EVENTS_AT = f"""
with changed as (select distinct entity_id from arrived where since = $instant or until = $instant),
whole as (select * from arrived where entity_id in (from changed)),
was as (
    select record_id, entity_id as old_id, is_handed_over and until = $instant as is_another
    from whole where since < $instant and (until is null or until >= $instant)
),
now as (
    select record_id, entity_id as new_id from whole where since <= $instant and (until is null or until > $instant)
),
either as (
    select old_id, new_id from was full join now on was.record_id = now.record_id and not was.is_another
),
gained as (
    select new_id as id, list(distinct old_id order by old_id) filter (old_id is not null) as before,
    list(distinct old_id order by old_id) filter (
        old_id is not null and old_id <> new_id and old_id in (select new_id from now)) as from_others
    from either where new_id is not null group by new_id),
lost as (
    select old_id as id, list(distinct new_id order by new_id) filter (new_id is not null) as after
    from either where old_id is not null group by old_id)
select id as entity_id, if(before is null, '{EventKind.CREATED}', '{EventKind.SPLIT}') as kind,
    coalesce(before, []) as before, [id] as after
from gained where id not in (select old_id from was)
union all select id, '{EventKind.MOVED}', from_others, [id] from gained
where id in (select old_id from was) and from_others is not null
union all select id, if(after is null, '{EventKind.RETIRED}', '{EventKind.MERGED}'), [id], coalesce(after, []) from lost
where id not in (select new_id from now)
"""


def derive_events(after: int) -> Task:
    """Return a task that derives events from memberships: MEMBERSHIPS to EVENTS; identity.events_since has the rules.

    Args:
        after: only events later than this, in microseconds since 1970.
    """

    def derive(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with _database(batches) as connection:
            if connection is None:
                return
            instants = connection.execute(
                "SELECT DISTINCT instant FROM "
                "(SELECT since AS instant FROM arrived UNION ALL SELECT until FROM arrived) "
                "WHERE instant > $after ORDER BY instant",
                {"after": after},
            ).fetchall()
            for (instant,) in instants:
                events = _EVENTS_AT.replace("$instant", str(instant))
                query = f"SELECT {instant}::BIGINT AS instant, * FROM ({events})"
                yield from connection.sql(query).to_arrow_reader(100_000)

    return derive


@contextmanager
def _database(batches: Iterable[pa.RecordBatch]) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """A database with the rows of the batches in its table `arrived`; None without batches."""
    arriving = iter(batches)
    first = next(arriving, None)
    if first is None:
        yield None
        return
    with open_database({"threads": "1", "memory_limit": "1GB"}) as connection:

        def all_batches() -> Iterator[pa.RecordBatch]:
            yield first
            yield from arriving

        connection.register("stream", pa.RecordBatchReader.from_batches(first.schema, all_batches()))
        connection.execute("CREATE TEMP TABLE arrived AS FROM stream")
        yield connection
