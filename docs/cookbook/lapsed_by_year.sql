-- How many customers lapsed, year by year?
SELECT year(since) AS year, count(*) AS lapsed FROM gold.journey WHERE state = 'lapsed' GROUP BY ALL ORDER BY year
