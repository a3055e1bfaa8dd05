-- Which ten customers owe most that is overdue, and what are they worth so far?
SELECT entity_id, overdue_balance, lifetime_value, rfm_segment, churn_risk
FROM gold.measure WHERE overdue_balance > 0 ORDER BY overdue_balance DESC, entity_id LIMIT 10
