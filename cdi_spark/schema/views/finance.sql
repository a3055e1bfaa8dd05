-- gold.finance: one row per kind of document, month and currency: gold's documents and what the ledger has booked.
-- Key: document, month, currency.
-- Columns: document, month, currency, gold_amount, unattributed_amount, ledger_amount.
SELECT
    document,
    CAST(date_trunc('MONTH', day) AS DATE) AS month,
    currency,
    CAST(coalesce(sum(held), 0) AS DECIMAL(18,3)) AS gold_amount,
    CAST(coalesce(sum(held) FILTER (WHERE entity_id IS NULL), 0) AS DECIMAL(18,3)) AS unattributed_amount,
    CAST(sum(booked) AS DECIMAL(18,3)) AS ledger_amount
FROM (
    SELECT
        event AS document,
        CAST(happened_at AS DATE) AS day,
        currency,
        entity_id,
        amount AS held,
        NULL AS booked
    FROM gold.timeline
    WHERE event IN ('order', 'invoice', 'payment') AND NOT is_void
    UNION ALL
    SELECT document, booked_on AS day, currency, NULL AS entity_id, NULL AS held, amount AS booked
    FROM silver.ledger_entry
)
GROUP BY ALL
