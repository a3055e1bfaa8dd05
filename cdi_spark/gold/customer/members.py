"""The current records of customers."""

from pyspark.sql import DataFrame


def current_members(members: DataFrame) -> DataFrame:
    """Return record_id and the entity_id that the record is in now.

    Args:
        members: entities.member.
    """
    return members.where("valid_to IS NULL").select("record_id", "entity_id")


def live_records(persons: DataFrame, members: DataFrame) -> DataFrame:
    """Return the records that are not deleted, with the entity that each is in now.

    Args:
        persons: silver.person.
        members: entities.member.
    Returns:
        silver.person's columns and entity_id.
    """
    return persons.where("NOT is_deleted").join(current_members(members), "record_id")
