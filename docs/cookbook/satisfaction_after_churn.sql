-- How satisfied are customers who ended a subscription, and how satisfied are the others?
SELECT entity_id IN (SELECT entity_id FROM gold.subscription WHERE ended_on IS NOT NULL) AS ended,
  count(*) AS answers, round(avg(score), 6) AS satisfaction
FROM gold.interaction WHERE channel = 'survey' AND entity_id IS NOT NULL GROUP BY ALL ORDER BY ended
