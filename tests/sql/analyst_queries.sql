-- Queries as analysts write them, each after an empty line; see tests/sql/test_reading.py.

SELECT * FROM bronze.crm

SELECT count(*) FROM bronze.crm

SELECT COUNT(1), count(distinct name), sum(amount) FROM bronze.crm

select ifnull(name, 'none'), nvl(name, ''), nvl2(name, 1, 0), len(name), ucase(name) from bronze.crm

SELECT name AS `Full Name`, `E-Mail` FROM bronze.crm ORDER BY `Full Name` DESC NULLS LAST

SELECT c.name, s.total FROM bronze.crm c JOIN bronze.shop s ON c.id = s.crm_id

SELECT c.name, s.total FROM bronze.crm AS c LEFT OUTER JOIN bronze.shop AS s ON c.id = s.crm_id

SELECT * FROM bronze.crm LEFT ANTI JOIN bronze.shop ON id = crm_id

SELECT * FROM bronze.crm LEFT SEMI JOIN bronze.shop ON id = crm_id

SELECT * FROM bronze.shop JOIN (SELECT id AS crm_id, name FROM bronze.crm) USING (crm_id)

SELECT c.id, s.order_id FROM bronze.crm c CROSS JOIN bronze.shop s

SELECT c.id, s.order_id FROM bronze.crm c, bronze.shop s WHERE c.id = s.crm_id

SELECT c.id, x.n FROM bronze.crm c, LATERAL (SELECT count(*) AS n FROM bronze.shop s WHERE s.crm_id = c.id) x

SELECT id FROM bronze.crm WHERE `E-Mail` = 'bob@gold.co.uk'

SELECT id FROM bronze.crm WHERE `E-Mail` = "bob@gold.co.uk"

WITH gold AS (SELECT * FROM bronze.crm) SELECT gold.id FROM gold

WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM a, b

WITH t(a, b) AS (SELECT id, name FROM bronze.crm) SELECT b, a FROM t

WITH t AS (WITH u AS (SELECT id FROM bronze.crm) SELECT * FROM u) SELECT * FROM t

SELECT id --gold.x is not read
  , name -- nor silver.y
FROM bronze.crm

SELECT /* gold.x */ id FROM bronze.crm /* silver.y */

SELECT /*+ BROADCAST(s) */ c.id FROM bronze.crm c JOIN bronze.shop s ON c.id = s.crm_id

SELECT /*+ REPARTITION(2), COALESCE(1) */ id FROM bronze.crm

SELECT row_number() OVER (PARTITION BY crm_id ORDER BY day) AS n, order_id FROM bronze.shop

SELECT sum(total) OVER (ORDER BY order_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM bronze.shop

SELECT avg(total) OVER w, lag(total, 1) OVER w FROM bronze.shop WINDOW w AS (PARTITION BY crm_id ORDER BY order_id)

SELECT max(total) OVER (ORDER BY day RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW) FROM bronze.shop

SELECT lag(total) IGNORE NULLS OVER (ORDER BY order_id) FROM bronze.shop

SELECT order_id, rank() OVER (ORDER BY total DESC) r FROM bronze.shop

SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY crm_id ORDER BY day) AS n FROM bronze.shop) WHERE n = 1

SELECT crm_id, count(*) AS n FROM bronze.shop GROUP BY crm_id HAVING count(*) > 1

SELECT crm_id, `table`, sum(total) FROM bronze.shop GROUP BY ALL

SELECT crm_id, sum(total) FROM bronze.shop GROUP BY 1 ORDER BY 2, 1

SELECT crm_id, `table`, sum(total), grouping(crm_id) FROM bronze.shop GROUP BY GROUPING SETS ((crm_id), (`table`), ())

SELECT crm_id, `table`, count(*) FROM bronze.shop GROUP BY ROLLUP (crm_id, `table`)

SELECT crm_id, `table`, count(*), grouping_id() FROM bronze.shop GROUP BY CUBE (crm_id, `table`)

SELECT crm_id, `table`, count(*) FROM bronze.shop GROUP BY crm_id, `table` WITH ROLLUP

SELECT * FROM (SELECT crm_id, `table`, total FROM bronze.shop) PIVOT (sum(total) FOR `table` IN ('x', 'y'))

SELECT * FROM (SELECT crm_id, `table`, total FROM bronze.shop) PIVOT (sum(total) AS s, count(*) AS n FOR `table` IN ('x' AS a, 'y' AS b))

SELECT * FROM (SELECT order_id, total, cast(crm_id AS double) AS c FROM bronze.shop) UNPIVOT (v FOR k IN (total, c))

SELECT * FROM (SELECT order_id, total, cast(crm_id AS double) AS c FROM bronze.shop) UNPIVOT INCLUDE NULLS (v FOR k IN (total AS t, c AS u))

SELECT id, tag FROM bronze.crm LATERAL VIEW explode(tags) AS tag

SELECT id, t.tag FROM bronze.crm LATERAL VIEW OUTER explode(tags) t AS tag

SELECT id, k, v FROM bronze.crm LATERAL VIEW explode(attrs) m AS k, v

SELECT id, p, tag FROM bronze.crm LATERAL VIEW posexplode(tags) t AS p, tag

SELECT id, explode(tags) FROM bronze.crm

SELECT explode(attrs) AS (k, v) FROM bronze.crm

SELECT stack(2, 'a', 1, 'b', 2) AS (k, v)

SELECT * FROM bronze.crm, LATERAL explode(tags) AS t(tag)

SELECT * FROM range(3)

SELECT * FROM range(0, 10, 3) AS r(n)

SELECT inline(array(struct(1, 'a'), struct(2, 'b')))

SELECT json_tuple(json, 'a', 'b') FROM bronze.crm

SELECT transform(tags, t -> upper(t)), filter(tags, t -> t > 'a') FROM bronze.crm

SELECT transform(tags, (t, i) -> concat(t, i)) FROM bronze.crm

SELECT aggregate(array(1, 2, 3), 0, (s, x) -> s + x, s -> s * 10)

SELECT exists(tags, t -> t = 'a'), forall(tags, t -> t = 'a') FROM bronze.crm

SELECT map_filter(attrs, (k, v) -> v = 'v'), transform_values(attrs, (k, v) -> upper(v)) FROM bronze.crm

SELECT array_sort(array(3, 1, 2), (a, b) -> CASE WHEN a < b THEN 1 WHEN a > b THEN -1 ELSE 0 END)

SELECT zip_with(array(1, 2), array(3, 4), (x, y) -> x + y), reduce(array(1, 2), 0, (a, x) -> a + x)

SELECT sort_array(tags), array_contains(tags, 'a'), size(tags), get(tags, 5) FROM bronze.crm

SELECT named_struct('a', 1, 'b', 'x'), struct(1 AS a, 'y'), named_struct('a', 1).a

SELECT map('a', 1)['a'], map_keys(attrs), element_at(attrs, 'k') FROM bronze.crm

SELECT address.city, address.post.code, address.* FROM bronze.crm

SELECT crm.address.city FROM bronze.crm

SELECT bronze.crm.name FROM bronze.crm

SELECT get_json_object(json, '$.a.b'), from_json(json, 'a struct<b:int>') FROM bronze.crm WHERE id = 1

SELECT to_json(struct(id, name)) FROM bronze.crm

SELECT date '2024-01-31' + INTERVAL 1 MONTH, timestamp '2024-01-01 00:00:00' - INTERVAL '1 02:03:04' DAY TO SECOND

SELECT date_add(born, 1), date_sub(born, 1), datediff(at, born), months_between(at, born), add_months(born, 1) FROM bronze.crm

SELECT date_diff(day, born, at), timestampdiff(MONTH, born, at), dateadd(MONTH, 1, born), timestampadd(HOUR, 2, at) FROM bronze.crm

SELECT date_trunc('month', at), trunc(born, 'YEAR'), year(at), extract(MONTH FROM at), date_part('day', at) FROM bronze.crm

SELECT date_format(now(), 'yyyy') > '2000', to_date('2024-01-02'), to_date('02.01.2024', 'dd.MM.yyyy'), to_timestamp('2024-01-02 03:04:05')

SELECT unix_timestamp(at), from_unixtime(0), last_day(born), next_day(born, 'MO'), dayofweek(born), weekday(born) FROM bronze.crm

SELECT try_cast('x' AS int), cast('5' AS decimal(10,2)), '7'::int, int('8'), string(9), double('1.5')

SELECT 7 / 2, 7 div 2, 7 % 2, mod(7, 2), 1.5e3, 2L, 3S, 4Y, 1.5BD, 2.5D, .5, 1e-2

SELECT 'a' || 'b' || 1, concat_ws('-', 'a', NULL, 'b'), 'it''s', 'it\'s', "double", "do""ble"

SELECT r'\d+\s', 'a\\b', 'a\nb', '\u00e9', 'tab\t', '\%', 'x' 'y', X'1F2A'

SELECT name LIKE '%Lee', name NOT LIKE 'B%', name ILIKE 'ANN%', name RLIKE '^A', name LIKE ANY ('A%', 'B%') FROM bronze.crm

SELECT name LIKE '50/%' ESCAPE '/' FROM bronze.crm

SELECT regexp_replace(name, '(\\w+) (\\w+)', '$2 $1'), regexp_extract(name, '(\\w+)', 1), split(name, ' ') FROM bronze.crm

SELECT substring(name, 1, 3), substr(name FROM 2 FOR 2), left(name, 2), right(name, 2), position('e' IN name) FROM bronze.crm

SELECT trim(BOTH 'x' FROM 'xax'), trim(' a '), ltrim('x', 'xa'), lpad('a', 3, '0'), overlay('abc' PLACING 'X' FROM 2 FOR 1)

SELECT CASE amount WHEN 10.5 THEN 'a' ELSE 'b' END, CASE WHEN amount > 0 THEN 1 END, if(amount > 0, 'p', 'n') FROM bronze.crm

SELECT id <=> NULL, id IS DISTINCT FROM 1, id IS NOT DISTINCT FROM 1, NOT id = 1, id != 1, id <> 1, id == 1 FROM bronze.crm

SELECT id BETWEEN 1 AND 2, id IN (1, 2), id NOT IN (SELECT crm_id FROM bronze.shop) FROM bronze.crm

SELECT (SELECT max(total) FROM bronze.shop) AS top, EXISTS (SELECT 1 FROM bronze.shop WHERE crm_id = id) AS e FROM bronze.crm

SELECT id FROM bronze.crm UNION SELECT crm_id FROM bronze.shop

SELECT id FROM bronze.crm UNION ALL SELECT crm_id FROM bronze.shop ORDER BY id LIMIT 3 OFFSET 1

(SELECT id FROM bronze.crm) EXCEPT (SELECT crm_id FROM bronze.shop)

SELECT id FROM bronze.crm INTERSECT SELECT crm_id FROM bronze.shop

SELECT id FROM bronze.crm MINUS SELECT crm_id FROM bronze.shop

SELECT id FROM bronze.crm EXCEPT ALL SELECT crm_id FROM bronze.shop

VALUES (1, 'a'), (2, 'b')

SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t(n, s)

SELECT * FROM (VALUES (1), (2)) AS t(n) WHERE n > 1

SELECT DISTINCT crm_id FROM bronze.shop

SELECT count(*) FILTER (WHERE total > 5), count_if(total > 5), any_value(`table`) FROM bronze.shop

SELECT collect_list(order_id), collect_set(crm_id), array_agg(order_id), listagg(order_id, ',') WITHIN GROUP (ORDER BY order_id) FROM bronze.shop

SELECT percentile(total, 0.5), percentile_cont(0.5) WITHIN GROUP (ORDER BY total), median(total), percentile_approx(total, 0.5) FROM bronze.shop

SELECT approx_count_distinct(crm_id), stddev(total), variance(total), corr(total, crm_id), skewness(total) FROM bronze.shop

SELECT first(total), last(total, true), max_by(order_id, total), min_by(order_id, total), mode(crm_id) FROM bronze.shop

SELECT bool_and(total > 0), every(total > 0), some(total > 9), bit_or(crm_id) FROM bronze.shop

SELECT * EXCEPT (attrs, tags) FROM bronze.crm

SELECT * FROM bronze.crm TABLESAMPLE (100 PERCENT)

SELECT * FROM bronze.crm VERSION AS OF 0

SELECT id FROM bronze.crm c DISTRIBUTE BY id SORT BY id

SELECT `table` FROM bronze.shop WHERE `table` IS NOT NULL

SELECT s.table, s.day FROM bronze.shop s

FROM bronze.crm SELECT id, name

SELECT md5(name), sha2(name, 256), crc32(name), hash(name), xxhash64(name), base64(name), hex(id) FROM bronze.crm

SELECT coalesce(`E-Mail`, '-'), nullif(id, 1), greatest(id, 2), least(id, 2), nanvl(1.0, 2), pmod(-7, 3), round(amount, 1), bround(2.5), ceil(amount), floor(amount) FROM bronze.crm

SELECT typeof(amount), typeof(address), isnull(name), isnotnull(name), hour(at), current_date() > date '2020-01-01' FROM bronze.crm

SELECT current_timestamp > timestamp '2020-01-01', current_date > date '2020-01-01', current_database() IS NOT NULL

SELECT sequence(date '2024-01-01', date '2024-03-01', INTERVAL 1 MONTH), repeat('a', 3), reverse('abc'), initcap('a b')

SELECT id FROM bronze.crm WHERE name = '名前' AND address.city = 'Köln'

SELECT id AS `select`, name AS from_name FROM bronze.crm

SELECT BRONZE.CRM.id FROM BRONZE.CRM

SELECT id FROM `bronze`.`crm`

SELECT id, 'semi;colon', '-- no comment', '/* none */' FROM bronze.crm;

FROM bronze.shop |> WHERE total > 5 |> AGGREGATE sum(total) AS s GROUP BY crm_id

SELECT a.id FROM bronze.crm a NATURAL JOIN (SELECT 1 AS id) b

SELECT cast(array(1) AS array<bigint>), cast(NULL AS map<string,array<int>>), cast(NULL AS struct<a:int,b:decimal(10,2)>)

SELECT name COLLATE UTF8_LCASE = 'ann lee' FROM bronze.crm

SELECT mask(name), levenshtein('a', 'b'), soundex(name), translate(name, 'a', 'b'), find_in_set('a', 'b,a') FROM bronze.crm

SHOW TABLES IN bronze

DESCRIBE bronze.crm

DESCRIBE TABLE EXTENDED bronze.crm

DESC bronze.crm name

DESCRIBE QUERY SELECT count(*) FROM bronze.crm

DESCRIBE FUNCTION upper

SHOW COLUMNS IN bronze.crm

SHOW FUNCTIONS LIKE 'up*'

DESCRIBE HISTORY bronze.crm

EXPLAIN SELECT id FROM bronze.crm

EXPLAIN FORMATTED SELECT count(*) FROM bronze.shop

SELECT 5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 3, shiftright(8, 1), shiftleft(1, 2)

SELECT parse_json('{"a": 1}') IS NOT NULL, variant_get(parse_json('{"a": 1}'), '$.a', 'int')

SELECT `größe`, `größe` * 2 FROM bronze.crm

SELECT crm.id FROM bronze.crm WHERE crm.id IN (SELECT shop.crm_id FROM bronze.shop)

SELECT id FROM spark_catalog.bronze.crm

SELECT id FROM bronze.crm WHERE name IN ('RunCommand', 'InsertInto') OR name = 'UnresolvedHint'
