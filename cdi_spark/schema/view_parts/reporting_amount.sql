-- The amount of an event `e` in the reporting currency, over the joins of rates.sql: rounded half up to its minor unit.
IF(
        e.currency = r.to_currency,
        e.amount,
        CAST(round(e.amount * c.factor / r.minor_unit) * r.minor_unit AS DECIMAL(18,3))
    )
