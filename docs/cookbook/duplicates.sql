-- How many records belong to a customer that another record describes already?
SELECT sum(record_count) AS records, count(*) AS customers, sum(record_count) - count(*) AS duplicates
FROM gold.customer_360
