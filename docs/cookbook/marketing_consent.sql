-- Who may be sent marketing mail, to which address?
SELECT entity_id, preferred_email FROM gold.customer_360
WHERE consents['marketing:email'] AND preferred_email IS NOT NULL ORDER BY entity_id
