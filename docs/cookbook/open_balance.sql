-- What do customers owe, by currency?
SELECT currency, sum(IF(event = 'invoice', amount, -amount)) AS owed
FROM gold.timeline WHERE event IN ('invoice', 'payment') AND NOT is_void GROUP BY currency ORDER BY currency
