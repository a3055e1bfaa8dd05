-- gold.<event>: one row per event of an event table with money, with its customer and its amount in the reporting
-- currency.
-- Key: the event's own id.
-- Columns: entity_id, then $columns, the columns of silver.<event>, then reporting_amount, reporting_currency.
SELECT
    m.entity_id,
    $columns,
    $reporting_amount AS reporting_amount,
    r.to_currency AS reporting_currency
FROM $events e
LEFT JOIN entities.member m ON m.record_id = e.record_id AND m.valid_to IS NULL
$rates
