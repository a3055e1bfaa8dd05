-- gold.timeline: one row per thing that happened, with its customer.
-- Key: event, event_id, what.
-- Columns: entity_id, record_id, event, event_id, what, happened_at, ends_on, channel, campaign, status, is_void,
--   subject, score, amount, currency, reporting_amount, reporting_currency, content_hash.
-- $events is the union of the timeline entries that the event tables declare.
SELECT
    m.entity_id,
    e.record_id,
    e.`event`,
    e.`event_id`,
    e.`what`,
    e.`happened_at`,
    e.`ends_on`,
    e.`channel`,
    e.`campaign`,
    e.`status`,
    e.`is_void`,
    e.`subject`,
    e.`score`,
    e.`amount`,
    e.`currency`,
    IF(
        e.currency = r.to_currency,
        e.amount,
        CAST(round(e.amount * c.factor / r.minor_unit) * r.minor_unit AS DECIMAL(18,3))
    ) AS reporting_amount,
    r.to_currency AS reporting_currency,
    e.content_hash
FROM ($events) e
LEFT JOIN entities.member m ON m.record_id = e.record_id AND m.valid_to IS NULL
LEFT JOIN (SELECT to_currency, minor_unit FROM gold.conversion WHERE day IS NULL) r ON true
LEFT JOIN gold.conversion c ON c.currency = e.currency AND c.day = CAST(e.happened_at AS DATE)
