-- Joins to an event `e`: the reporting currency `r`, and the rate `c` of the event's currency on the day $day.
LEFT JOIN (SELECT to_currency, minor_unit FROM gold.conversion WHERE day IS NULL) r ON true
LEFT JOIN gold.conversion c ON c.currency = e.currency AND c.day = CAST($day AS DATE)
