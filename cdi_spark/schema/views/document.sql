-- gold.<event>: one row per event of an event table with money, with its customer and its amount in the reporting
-- currency.
-- Key: the event's own id.
-- Columns: entity_id, then $columns, the columns of silver.<event>, then reporting_amount, reporting_currency.
SELECT
    m.entity_id,
    $columns,
    IF(
        e.currency = r.to_currency,
        e.amount,
        CAST(round(e.amount * c.factor / r.minor_unit) * r.minor_unit AS DECIMAL(18,3))
    ) AS reporting_amount,
    r.to_currency AS reporting_currency
FROM $events e
LEFT JOIN entities.member m ON m.record_id = e.record_id AND m.valid_to IS NULL
LEFT JOIN (SELECT to_currency, minor_unit FROM gold.conversion WHERE day IS NULL) r ON true
LEFT JOIN gold.conversion c ON c.currency = e.currency AND c.day = CAST(e.$day AS DATE)
