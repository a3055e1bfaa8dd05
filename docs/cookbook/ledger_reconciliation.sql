-- Does gold hold what finance has booked?
SELECT document, currency, sum(gold_amount) AS gold, sum(unattributed_amount) AS unattributed,
  sum(ledger_amount) AS ledger
FROM gold.finance GROUP BY ALL ORDER BY document, currency
