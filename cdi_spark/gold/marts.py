"""Gold marts: what happened, each with the customer it happened to."""

from pyspark.sql import DataFrame


def with_entity(event: DataFrame, members: DataFrame) -> DataFrame:
    """The event's rows with the entity that their record is in now; null where it is in none.

    Args:
        event: an event table of silver.
        members: entities.member.
    Returns:
        entity_id, then the event's columns, as `tables.mart` declares.
    """
    current = members.where("valid_to IS NULL").select("record_id", "entity_id")
    return event.join(current, "record_id", "left").select("entity_id", *event.columns)
