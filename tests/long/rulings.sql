-- The rulings, once it is known which returns are credited (judge.sql).

-- Which units of which invoiced lines each credited return takes, and the net and VAT that they were invoiced at.
-- Lines of one price may differ by a penny of VAT: first come those whose unit is nearest to what the customer paid.
CREATE TABLE taken AS
WITH paid AS (
    SELECT number, sku, price, min(paid) AS paid FROM wanted JOIN credited USING (rma) GROUP BY ALL
), stock AS (
    SELECT s.*, sum(s.quantity) OVER (
               PARTITION BY number, sku, price ORDER BY abs(part(s.net + s.tax, 1, s.quantity) - paid), s.row_id
           ) - s.quantity AS first
    FROM sold s JOIN paid USING (number, sku, price)
), overlap AS (
    SELECT w.rma, s.net, s.tax, s.quantity, greatest(s.first, w.earlier) - s.first AS from_unit,
           least(s.first + s.quantity, w.earlier + w.quantity) - s.first AS to_unit
    FROM standing w JOIN credited USING (rma) JOIN stock s USING (number, sku, price)
)
SELECT rma,
       CAST(sum(part(net, to_unit, quantity) - part(net, from_unit, quantity)) AS BIGINT) AS net,
       CAST(sum(part(tax, to_unit, quantity) - part(tax, from_unit, quantity)) AS BIGINT) AS tax
FROM overlap WHERE from_unit < to_unit GROUP BY rma;

-- More of a stock code than the invoice has left, at whatever price.
CREATE TABLE excess AS
SELECT DISTINCT rma FROM (
    SELECT w.rma, w.number, w.sku, sum(w.quantity) AS quantity,
           (SELECT sum(quantity) FROM pool p WHERE p.number = w.number AND p.sku = w.sku) AS sold,
           (SELECT coalesce(sum(e.quantity), 0) FROM wanted e JOIN credited USING (rma)
            WHERE e.number = w.number AND e.sku = w.sku AND e.rma < w.rma) AS earlier
    FROM wanted w GROUP BY w.rma, w.number, w.sku
) WHERE earlier + quantity > sold;

CREATE TABLE ending AS
SELECT b.rma, min(b.number) AS number, coalesce(CAST(CAST(min(b.customer) AS INTEGER) AS VARCHAR), '') AS customer,
       CAST(min(b.day) AS VARCHAR) AS on_day,
       CASE WHEN min(b.kind) <> 'product' THEN min(b.kind)
            WHEN min(b.customer) IS NULL OR NOT bool_or(b.customer IN (SELECT customer FROM sold WHERE customer IS NOT NULL))
                THEN 'CUSTOMER_UNMAPPED'
            WHEN count(c.number) = 0 THEN 'ORDER_NOT_FOUND'
            WHEN count(DISTINCT c.number) > 1 THEN 'ORDER_AMBIGUOUS'
            WHEN bool_or(b.rma IN (SELECT rma FROM excess)) THEN 'QUANTITY_EXCEEDS_DESPATCH'
            WHEN bool_or(b.rma IN (SELECT rma FROM credited)) THEN 'tied out'
            ELSE 'REFUND_NE_INVOICE' END AS code,
       any_value(t.net) AS net, any_value(t.tax) AS tax
FROM back b LEFT JOIN candidate c USING (rma) LEFT JOIN taken t USING (rma)
GROUP BY b.rma;
