-- How many customers are there, by state?
SELECT state, count(*) AS customers FROM gold.customer_360 GROUP BY state ORDER BY state
