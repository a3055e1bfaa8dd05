-- gold.household: one row per customer in a household: two or more customers with one family name at one address.
-- Key: household_id, entity_id.
-- Columns: household_id, entity_id, size.
SELECT sha2(`group`, 256) AS household_id, entity_id, size
FROM (
    SELECT *, count(*) OVER (PARTITION BY `group`) AS size
    FROM (
        SELECT
            entity_id,
            -- Null where a part is unknown: such a customer is in no household.
            concat(
                nullif(lower(regexp_replace(family_name, '[^\\p{L}\\p{M}\\p{N}]+', '')), ''),
                '|',
                nullif(lower(regexp_replace(street, '[^\\p{L}\\p{M}\\p{N}]+', '')), ''),
                '|',
                nullif(lower(regexp_replace(postcode, '[^\\p{L}\\p{M}\\p{N}]+', '')), ''),
                '|',
                coalesce(country, '')
            ) AS `group`
        FROM gold.customer_360
    )
    WHERE `group` IS NOT NULL
)
-- More with one name at one address are no household: a hostel, a school, an address that forms are filled in with.
WHERE size BETWEEN 2 AND 12
