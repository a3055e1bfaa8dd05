"""Why a row of a file cannot be read."""

from enum import StrEnum


class Fault(StrEnum):
    """Why a row cannot be read, stored in `_fault`; each is a rule that the row fails."""

    COLUMNS_AS_IN_HEADER = "columns_as_in_header"
    # A quote that opens in the row is closed in a later one, so that the rows between are one value.
    QUOTES_CLOSE_IN_THEIR_ROW = "quotes_close_in_their_row"
    # Files that were joined have their headers between the rows.
    IS_NO_HEADER = "is_no_header"
    READS_AS_JSON = "reads_as_json"
    # A name stands twice in one object, with two values.
    ONE_VALUE_PER_NAME = "one_value_per_name"
    # Lists and objects inside each other, and names in one object or in all rows.
    LEVELS_WITHIN_LIMIT = "levels_within_limit"
    FIELDS_WITHIN_LIMIT = "fields_within_limit"
    IN_ITS_ENCODING = "in_its_encoding"
    TYPES_AS_LANDED_BEFORE = "types_as_landed_before"
