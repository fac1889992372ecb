-- One step (judge.sql): what each return meets when those credited so far have taken theirs, and who is credited then.
CREATE OR REPLACE TABLE standing AS
SELECT w.*, coalesce(CAST(sum(CASE WHEN c.rma IS NOT NULL THEN w.quantity END) OVER earlier_ones AS BIGINT), 0) AS earlier
FROM wanted w LEFT JOIN credited c USING (rma)
WINDOW earlier_ones AS (PARTITION BY number, sku, price ORDER BY w.rma, w.paid
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

CREATE OR REPLACE TABLE credited AS
SELECT rma FROM standing GROUP BY rma HAVING bool_and(is_price_right AND earlier + quantity <= pool);
