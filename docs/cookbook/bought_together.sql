-- Which products are bought together most often?
SELECT a.product_name AS one, b.product_name AS other, count(DISTINCT a.order_key) AS orders
FROM gold.order_line a JOIN gold.order_line b ON a.order_key = b.order_key AND a.product_name < b.product_name
GROUP BY ALL ORDER BY orders DESC, one, other LIMIT 10
