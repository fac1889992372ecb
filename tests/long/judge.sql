-- What must become of every return of a trading file, worked out from the file alone.
--
-- Given: the file's path as the variable trading_file, and a table `claim` that says which row of the file stands on
-- which RMA and which order the RMA names (rma: in the order in which they were raised; row_id; order_name, empty when
-- it names none). Left behind: `ending` (one row for each RMA) and `ruling` (one row for each row that is returned).
-- Money is in whole pence and rounded half up. Nothing here knows of Tieout.

CREATE MACRO tenths(price) AS CAST(round(price * 1000) AS BIGINT);          -- of a penny
CREATE MACRO pence(tenths_of_a_penny) AS (tenths_of_a_penny + 5) // 10;
CREATE MACRO vat(net, rate) AS (net * rate + 5000) // 10000;                -- rate: 1750 is 17.5 %
CREATE MACRO part(amount, upto, whole) AS (2 * amount * upto + whole) // (2 * whole);
-- Standard rate at home, none abroad: README of the data, "VAT".
CREATE MACRO rate_of(day, country) AS
    CASE WHEN country <> 'United Kingdom' THEN 0
         WHEN day >= DATE '2011-01-04' THEN 2000
         WHEN day >= DATE '2010-01-01' THEN 1750
         ELSE 1500 END;
-- README of the data, "Lines that are not stock".
CREATE MACRO kind_of(sku) AS
    CASE WHEN sku IN ('POST', 'DOT', 'C2') THEN 'CARRIAGE_REFUND'
         WHEN sku IN ('M', 'D', 'S') OR sku LIKE 'ADJUST%' THEN 'MANUAL_ADJUSTMENT'
         WHEN sku IN ('BANK CHARGES', 'AMAZONFEE', 'CRUK', 'B') THEN 'NOT_A_RETURN'
         WHEN sku LIKE 'TEST%' THEN 'TEST_PRODUCT'
         WHEN sku LIKE 'GIFT\_%' ESCAPE '\' THEN 'VOUCHER_RETURNED'
         ELSE 'product' END;

CREATE TABLE row_of_file AS
SELECT RowId AS row_id, trim(InvoiceNo) AS number, upper(trim(StockCode)) AS sku, Quantity AS quantity,
       InvoiceDate AS moment, CAST(InvoiceDate AS DATE) AS day, tenths(UnitPrice) AS price, CustomerID AS customer, trim(Country) AS country,
       min(RowId) OVER (PARTITION BY trim(InvoiceNo)) AS begun, kind_of(upper(trim(StockCode))) AS kind
FROM read_parquet(getvariable('trading_file'));

-- A sale: an invoice on which goods have a price. Its VAT is that of the running total, as Sage shares it.
CREATE TABLE sold AS
WITH kept AS (
    SELECT * FROM row_of_file r
    WHERE regexp_full_match(number, '[0-9]+') AND quantity > 0 AND price >= 0
      AND EXISTS (SELECT 1 FROM row_of_file s WHERE s.number = r.number AND s.quantity > 0 AND s.price > 0
                  AND s.kind IN ('product', 'TEST_PRODUCT'))
), valued AS (
    SELECT *, pence(price * quantity) AS net, rate_of(min(day) OVER (PARTITION BY number), country) AS rate,
           sum(pence(price * quantity)) OVER (PARTITION BY number ORDER BY row_id) AS so_far
    FROM kept
)
SELECT *, CAST(vat(so_far, rate) - vat(so_far - net, rate) AS BIGINT) AS tax FROM valued;

-- What comes back: every row of every C and A document, with the sale it can be told to belong to.
CREATE TABLE back AS
SELECT r.row_id, c.rma, r.number, r.sku, abs(r.quantity) AS quantity, r.moment, r.day, r.begun, r.kind, r.country, r.customer,
       CASE WHEN r.quantity < 0 THEN r.price ELSE -r.price END AS price, c.order_name
FROM row_of_file r JOIN claim c USING (row_id)
WHERE NOT regexp_full_match(r.number, '[0-9]+');

-- What an RMA cannot be believed in: a row that stands on no RMA or on several, an order that is not an earlier sale of
-- these goods to this customer.
CREATE TABLE unbelievable AS
SELECT row_id FROM back GROUP BY row_id HAVING count(*) > 1
UNION ALL
SELECT row_id FROM back b WHERE order_name <> '' AND NOT EXISTS (
    SELECT 1 FROM sold s
    WHERE s.number = b.order_name AND s.customer = b.customer AND s.sku = b.sku AND s.begun < b.begun);
CREATE TABLE unclaimed AS
SELECT row_id FROM row_of_file WHERE NOT regexp_full_match(number, '[0-9]+') AND row_id NOT IN (SELECT row_id FROM claim);

-- README of the data, "Returns": how many product rows find an earlier sale, by price.
CREATE TABLE found AS
SELECT b.row_id,
       CASE WHEN b.customer IS NULL THEN 'no customer'
            WHEN bool_or(s.price = b.price) THEN 'same price'
            WHEN count(s.row_id) > 0 THEN 'another price'
            ELSE 'no sale' END AS class
FROM back b
LEFT JOIN (SELECT * FROM row_of_file WHERE regexp_full_match(number, '[0-9]+') AND quantity > 0) s
    ON s.customer = b.customer AND s.sku = b.sku AND s.moment <= b.moment
WHERE b.kind = 'product' AND b.price >= 0
GROUP BY b.row_id, b.customer;

-- The sales an RMA may belong to: the one it names; else the customer's invoices of an earlier day on which all its
-- goods stand in at least the returned number, at whatever price.
CREATE TABLE candidate AS
SELECT DISTINCT rma, order_name AS number FROM back WHERE kind = 'product' AND order_name <> ''
UNION ALL
SELECT rma, number FROM (
    SELECT w.rma, s.number, w.skus, count(*) AS held
    FROM (SELECT *, count(*) OVER (PARTITION BY rma) AS skus FROM (
              SELECT rma, customer, sku, min(day) AS day, sum(quantity) AS wanted FROM back
              WHERE kind = 'product' AND order_name = '' AND customer IS NOT NULL GROUP BY ALL)) w
    JOIN (SELECT number, customer, sku, min(day) AS day, sum(quantity) AS held FROM sold GROUP BY ALL) s
        ON s.customer = w.customer AND s.sku = w.sku AND s.day < w.day AND s.held >= w.wanted
    GROUP BY w.rma, s.number, w.skus
) WHERE held = skus;

CREATE TABLE one_sale AS SELECT rma, min(number) AS number FROM candidate GROUP BY rma HAVING count(*) = 1;

-- Goods of one price on one invoice are one stock to return from.
CREATE TABLE pool AS
SELECT number, sku, price, sum(quantity) AS quantity,
       min(part(net + tax, 1, quantity)) AS gross_least, max(part(net + tax, 1, quantity)) AS gross_most
FROM sold GROUP BY number, sku, price;

CREATE TABLE wanted AS
WITH asked AS (
    SELECT b.rma, o.number, b.sku, b.quantity, pence(b.price)
           + vat(pence(b.price), rate_of(CASE WHEN b.order_name = '' THEN b.day ELSE d.day END, b.country)) AS paid
    FROM back b JOIN one_sale o USING (rma)
    JOIN (SELECT number, min(day) AS day FROM sold GROUP BY number) d ON d.number = o.number
), summed AS (SELECT rma, number, sku, paid, sum(quantity) AS quantity FROM asked GROUP BY ALL)
SELECT s.rma, s.number, s.sku, s.paid, s.quantity, p.price,
       -- A penny is the tolerance of the house.
       greatest(p.gross_most - s.paid, s.paid - p.gross_least) <= 1 AS is_price_right,
       p.quantity AS pool
FROM summed s
LEFT JOIN LATERAL (
    SELECT * FROM pool p WHERE p.number = s.number AND p.sku = s.sku
    ORDER BY least(abs(p.gross_most - s.paid), abs(p.gross_least - s.paid)), p.price LIMIT 1
) p ON true;

-- A return is credited whole or not at all, and takes what earlier returns that were credited have left. Whether it is
-- depends on earlier ones only, so repeating REFUSE until nothing changes finds the one answer there is.
CREATE TABLE credited AS SELECT DISTINCT rma FROM wanted;
