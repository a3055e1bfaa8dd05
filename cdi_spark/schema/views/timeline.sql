-- gold.timeline: one row per thing that happened, with its customer.
-- Key: event, event_id, what.
-- Columns: entity_id, record_id, event, event_id, what, happened_at, ends_on, channel, campaign, status, is_void,
--   subject, score, amount, currency, reporting_amount, reporting_currency, content_hash.
-- $events is the union of the timeline entries that the event tables declare.
SELECT
    m.entity_id,
    e.record_id,
    $columns,
    $reporting_amount AS reporting_amount,
    r.to_currency AS reporting_currency,
    e.content_hash
FROM ($events) e
LEFT JOIN entities.member m ON m.record_id = e.record_id AND m.valid_to IS NULL
$rates
