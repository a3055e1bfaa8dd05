-- Which invoices were overdue on 30 June 2026, and by how much?
SELECT i.invoice_id, i.entity_id, i.due_on, i.currency, i.amount - coalesce(p.paid, 0) AS overdue
FROM gold.invoice i
LEFT JOIN (SELECT paid_invoice_id, sum(amount) AS paid FROM gold.payment GROUP BY ALL) p
  ON p.paid_invoice_id = i.invoice_id
WHERE i.kind = 'invoice' AND NOT coalesce(i.is_void, false) AND i.due_on < DATE '2026-06-30'
  AND i.amount > coalesce(p.paid, 0)
ORDER BY i.invoice_id
