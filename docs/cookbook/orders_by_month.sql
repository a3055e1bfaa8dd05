-- What was ordered, month by month?
SELECT date_trunc('MONTH', ordered_at) AS month, count(*) AS orders, sum(reporting_amount) AS value
FROM gold.order WHERE NOT coalesce(is_void, false) GROUP BY ALL ORDER BY month
