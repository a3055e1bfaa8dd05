-- gold.attribution: one row per order, and channel and campaign of the interactions ("touches") in the 90 days before
-- it; void orders are left out, and an order without a touch is one row without a channel.
-- Key: order_id, channel, campaign.
-- Columns: order_id, entity_id, channel, campaign, first_touch, last_touch, linear.
SELECT
    order_id,
    entity_id,
    channel,
    campaign,
    TRY_CAST(try_sum(IF(place = 1, amount, 0 * amount)) AS DECIMAL(18,3)) AS first_touch,
    TRY_CAST(try_sum(IF(place = touches, amount, 0 * amount)) AS DECIMAL(18,3)) AS last_touch,
    TRY_CAST(
        try_sum(IF(place = touches, amount - (touches - 1) * share, share)) AS DECIMAL(18,3)
    ) AS linear
FROM (
    SELECT
        *,
        -- Rounded down to the minor unit; the last touch gets the rest, so that the shares add up to the order.
        CAST(floor(amount / touches / minor_unit) * minor_unit AS DECIMAL(18,3)) AS share
    FROM (
        SELECT
            o.order_id,
            o.entity_id,
            o.reporting_amount AS amount,
            i.channel,
            i.campaign,
            r.minor_unit,
            row_number() OVER (PARTITION BY o.order_id ORDER BY i.occurred_at, i.interaction_id) AS place,
            count(*) OVER (PARTITION BY o.order_id) AS touches
        FROM gold.order o
        LEFT JOIN (SELECT minor_unit FROM gold.conversion WHERE day IS NULL) r ON true
        LEFT JOIN gold.interaction i
            ON i.entity_id = o.entity_id
            AND i.occurred_at <= o.ordered_at
            AND datediff(o.ordered_at, i.occurred_at) <= 90
            AND coalesce(i.channel, i.campaign) IS NOT NULL
        WHERE NOT coalesce(o.is_void, false)
    )
)
GROUP BY order_id, entity_id, channel, campaign
