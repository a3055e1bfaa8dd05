-- gold.<event>: one row per event of an event table without money, with its customer.
-- Key: the event's own id.
-- Columns: entity_id, then $columns, the columns of silver.<event>.
SELECT
    m.entity_id,
    $columns
FROM $events e
LEFT JOIN entities.member m ON m.record_id = e.record_id AND m.valid_to IS NULL
