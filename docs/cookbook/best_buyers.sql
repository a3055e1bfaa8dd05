-- Who are the ten best buyers?
SELECT entity_id, given_name, family_name, order_count, order_value
FROM gold.customer_360 ORDER BY order_value DESC NULLS LAST, entity_id LIMIT 10
