-- gold.revenue: one row per month, customer and currency: what was ordered, invoiced and paid; void documents are left
-- out.
-- Key: month, entity_id, currency.
-- Columns: month, entity_id, currency, order_amount, invoice_amount, payment_amount, order_value, invoice_value,
--   payment_value, reporting_currency.
SELECT
    CAST(date_trunc('MONTH', happened_at) AS DATE) AS month,
    entity_id,
    currency,
    TRY_CAST(try_sum(amount) FILTER (WHERE event = 'order') AS DECIMAL(18,3)) AS order_amount,
    TRY_CAST(try_sum(amount) FILTER (WHERE event = 'invoice') AS DECIMAL(18,3)) AS invoice_amount,
    TRY_CAST(try_sum(amount) FILTER (WHERE event = 'payment') AS DECIMAL(18,3)) AS payment_amount,
    TRY_CAST(try_sum(reporting_amount) FILTER (WHERE event = 'order') AS DECIMAL(18,3)) AS order_value,
    TRY_CAST(try_sum(reporting_amount) FILTER (WHERE event = 'invoice') AS DECIMAL(18,3)) AS invoice_value,
    TRY_CAST(try_sum(reporting_amount) FILTER (WHERE event = 'payment') AS DECIMAL(18,3)) AS payment_value,
    reporting_currency
FROM gold.timeline
WHERE event IN ('order', 'invoice', 'payment') AND NOT is_void
GROUP BY month, entity_id, currency, reporting_currency
