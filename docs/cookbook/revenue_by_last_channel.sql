-- Which channel reached customers last before they ordered, and what did they order?
SELECT channel, sum(last_touch) AS value FROM gold.attribution GROUP BY channel ORDER BY channel
