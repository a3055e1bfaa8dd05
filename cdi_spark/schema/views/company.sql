-- gold.company: one row per account and customer that is a contact of it; accounts of two or more customers only.
-- Key: account_id, entity_id.
-- Columns: account_id, entity_id, company, size.
SELECT `group` AS account_id, entity_id, company, size
FROM (
    SELECT *, count(*) OVER (PARTITION BY `group`) AS size
    FROM (
        SELECT entity_id, company, `group`
        FROM gold.customer_360
        LATERAL VIEW explode(account_ids) a AS `group`
    )
    WHERE `group` IS NOT NULL
)
-- More contacts than this share no account: the number is a placeholder value.
WHERE size BETWEEN 2 AND 1000
