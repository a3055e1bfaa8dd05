-- How many customers did a campaign reach, and how many of them clicked?
SELECT campaign, count(DISTINCT entity_id) FILTER (WHERE what = 'sent') AS reached,
  count(DISTINCT entity_id) FILTER (WHERE what = 'clicked') AS clicked
FROM gold.timeline WHERE event = 'interaction' AND campaign IS NOT NULL GROUP BY campaign ORDER BY campaign
