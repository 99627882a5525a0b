-- comparisons of every pair of numbers
i = 2
i = 2.5
f = g
q = i
j = q
f = 0.1
q = 0.1
s = 'apple'
s = u
b = c
d = e
t = v
t = d
d = '2020-01-31'
t = '2020-01-31 00:00:00'
z = '2020-02-29 23:30:00+00'
i = 9007199254740992.5
i = 99999999999999999999
j = 5000000000
i = f
i <> 2
i <> 2.5
f <> g
q <> i
j <> q
f <> 0.1
q <> 0.1
s <> 'apple'
s <> u
b <> c
d <> e
t <> v
t <> d
d <> '2020-01-31'
t <> '2020-01-31 00:00:00'
z <> '2020-02-29 23:30:00+00'
i <> 9007199254740992.5
i <> 99999999999999999999
j <> 5000000000
i <> f
i < 2
i < 2.5
f < g
q < i
j < q
f < 0.1
q < 0.1
s < 'apple'
s < u
b < c
d < e
t < v
t < d
d < '2020-01-31'
t < '2020-01-31 00:00:00'
z < '2020-02-29 23:30:00+00'
i < 9007199254740992.5
i < 99999999999999999999
j < 5000000000
i < f
i <= 2
i <= 2.5
f <= g
q <= i
j <= q
f <= 0.1
q <= 0.1
s <= 'apple'
s <= u
b <= c
d <= e
t <= v
t <= d
d <= '2020-01-31'
t <= '2020-01-31 00:00:00'
z <= '2020-02-29 23:30:00+00'
i <= 9007199254740992.5
i <= 99999999999999999999
j <= 5000000000
i <= f
i > 2
i > 2.5
f > g
q > i
j > q
f > 0.1
q > 0.1
s > 'apple'
s > u
b > c
d > e
t > v
t > d
d > '2020-01-31'
t > '2020-01-31 00:00:00'
z > '2020-02-29 23:30:00+00'
i > 9007199254740992.5
i > 99999999999999999999
j > 5000000000
i > f
i >= 2
i >= 2.5
f >= g
q >= i
j >= q
f >= 0.1
q >= 0.1
s >= 'apple'
s >= u
b >= c
d >= e
t >= v
t >= d
d >= '2020-01-31'
t >= '2020-01-31 00:00:00'
z >= '2020-02-29 23:30:00+00'
i >= 9007199254740992.5
i >= 99999999999999999999
j >= 5000000000
i >= f
-- three-valued logic
(b) AND c
(b) OR c
NOT ((b) AND c)
((b) OR c) IS UNKNOWN
(NOT b) AND c
(NOT b) OR c
NOT ((NOT b) AND c)
((NOT b) OR c) IS UNKNOWN
(c) AND c
(c) OR c
NOT ((c) AND c)
((c) OR c) IS UNKNOWN
(b IS NULL) AND c
(b IS NULL) OR c
NOT ((b IS NULL) AND c)
((b IS NULL) OR c) IS UNKNOWN
(TRUE) AND c
(TRUE) OR c
NOT ((TRUE) AND c)
((TRUE) OR c) IS UNKNOWN
(FALSE) AND c
(FALSE) OR c
NOT ((FALSE) AND c)
((FALSE) OR c) IS UNKNOWN
(NULL) AND c
(NULL) OR c
NOT ((NULL) AND c)
((NULL) OR c) IS UNKNOWN
b IS TRUE
b IS NOT TRUE
b IS FALSE
b IS NOT FALSE
b IS UNKNOWN
b IS NOT UNKNOWN
(i > 2) IS NULL
(i > 2) IS NOT TRUE
NOT (f > 1)
NOT (f > 1 OR f IS NULL)
i = NULL
i <> NULL
NULL IS NULL
(NULL = 1) IS UNKNOWN
b = 'yes'
b = 't'
b = c
b <> c
b < c
b = TRUE
b IS DISTINCT FROM c
b IS NOT DISTINCT FROM c
i ISNULL
i NOTNULL
i IS NOT NULL AND j IS NOT NULL
NOT b = c
NOT b AND c
b OR c AND NOT b
i = 2 IS TRUE
i < 2 IS NOT TRUE
i < j IS NULL
i IS NULL = b
i = 2 IS DISTINCT FROM b
f > 0 IS NOT DISTINCT FROM b
-- ranges and lists
i BETWEEN 1 AND 5
i NOT BETWEEN 1 AND 5
i BETWEEN 5 AND 1
i BETWEEN SYMMETRIC 5 AND 1
i NOT BETWEEN SYMMETRIC 5 AND 1
i BETWEEN NULL AND 5
i NOT BETWEEN NULL AND 5
i NOT BETWEEN 5 AND NULL
f BETWEEN -0.5 AND 2.5
q BETWEEN -0.05 AND 0.1
q BETWEEN f AND g
s BETWEEN 'a' AND 'b'
s NOT BETWEEN 'a' AND 'b'
d BETWEEN '2020-01-01' AND '2020-12-31'
t BETWEEN d AND v
d BETWEEN SYMMETRIC e AND '2020-01-01'
i IN (1, 2, 3)
i NOT IN (1, 2, 3)
i IN (1, NULL)
i NOT IN (1, NULL)
i IN (NULL)
i IN (j, 2)
i IN (1.0, 2.5)
i IN (9007199254740993, 9007199254740992)
f IN (0.1, 0.5, 2)
f IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 2.5)
i IN (1,2,3,4,5,6,7,8,9,10,11)
i NOT IN (1,2,3,4,5,6,7,8,9,10,11)
i IN (1,2,3,4,5,6,7,8,9,10,NULL)
i NOT IN (1,2,3,4,5,6,7,8,9,10,NULL)
q IN (0.1, 1.5, 2, 42)
q IN (0.10, 0.30, 1, 2, 3, 4, 5, 6, 7, 8, 9)
s IN ('apple', 'b')
s NOT IN ('apple', 'b')
s NOT IN ('apple', NULL)
s IN ('a','b','c','d','e','f','g','h','apple','')
s IN (u, 'apple')
b IN (TRUE)
b NOT IN (FALSE, NULL)
d IN ('2020-01-31', '2020-02-29')
t IN ('2020-01-31', '2010-10-10 10:10:10.1')
i IN ('1', '2')
i + 1 IN (j, 3)
(i IN (1, NULL)) IS NULL
i IN (1) IS NULL
d IN (e, '2010-10-10')
-- LIKE
s LIKE 'a%'
s NOT LIKE 'a%'
s ILIKE 'a%'
s LIKE '%e'
s NOT LIKE '%e'
s ILIKE '%e'
s LIKE '%an%'
s NOT LIKE '%an%'
s ILIKE '%an%'
s LIKE 'a\%b'
s NOT LIKE 'a\%b'
s ILIKE 'a\%b'
s LIKE 'a_b'
s NOT LIKE 'a_b'
s ILIKE 'a_b'
s LIKE '%'
s NOT LIKE '%'
s ILIKE '%'
s LIKE ''
s NOT LIKE ''
s ILIKE ''
s LIKE '_'
s NOT LIKE '_'
s ILIKE '_'
s LIKE '__'
s NOT LIKE '__'
s ILIKE '__'
s LIKE '___'
s NOT LIKE '___'
s ILIKE '___'
s LIKE 'a!%b' ESCAPE '!'
s NOT LIKE 'a!%b' ESCAPE '!'
s ILIKE 'a!%b' ESCAPE '!'
s LIKE 'a\\b'
s NOT LIKE 'a\\b'
s ILIKE 'a\\b'
s LIKE 'a\b' ESCAPE ''
s NOT LIKE 'a\b' ESCAPE ''
s ILIKE 'a\b' ESCAPE ''
s LIKE 'line%break'
s NOT LIKE 'line%break'
s ILIKE 'line%break'
s LIKE 'line_break'
s NOT LIKE 'line_break'
s ILIKE 'line_break'
s LIKE '%\%'
s NOT LIKE '%\%'
s ILIKE '%\%'
s LIKE '%''%'
s NOT LIKE '%''%'
s ILIKE '%''%'
s LIKE '日%'
s NOT LIKE '日%'
s ILIKE '日%'
s LIKE '_本_'
s NOT LIKE '_本_'
s ILIKE '_本_'
s LIKE 'Z%'
s NOT LIKE 'Z%'
s ILIKE 'Z%'
s LIKE 'z%'
s NOT LIKE 'z%'
s ILIKE 'z%'
s LIKE '%ü%'
s NOT LIKE '%ü%'
s ILIKE '%ü%'
s LIKE '%Ü%'
s NOT LIKE '%Ü%'
s ILIKE '%Ü%'
s LIKE 'a%a'
s NOT LIKE 'a%a'
s ILIKE 'a%a'
s LIKE '%a%a%'
s NOT LIKE '%a%a%'
s ILIKE '%a%a%'
s LIKE 'apple'
s NOT LIKE 'apple'
s ILIKE 'apple'
s LIKE '%%'
s NOT LIKE '%%'
s ILIKE '%%'
s LIKE '%_%'
s NOT LIKE '%_%'
s ILIKE '%_%'
s LIKE '_%'
s NOT LIKE '_%'
s ILIKE '_%'
s LIKE 'aaa_'
s NOT LIKE 'aaa_'
s ILIKE 'aaa_'
s LIKE '%b'
s NOT LIKE '%b'
s ILIKE '%b'
s LIKE u
s NOT LIKE u
s ILIKE u
s LIKE u || '%'
s LIKE NULL
s LIKE '%' || left(s, 1)
u LIKE s
'apple' LIKE s
'banana' LIKE u
s NOT ILIKE u
lower(s) LIKE '%ü%'
-- arithmetic
j + 2 > 5
f + g > 1
q + 0.1 = 0.2
q + j > 1
f + q > 1
f + j < 0
q + q = 0
j + j > 8
j + 2.5 >= 5
j - 2 > 5
f - g > 1
q - 0.1 = 0.2
q - j > 1
f - q > 1
f - j < 0
q - q = 0
j - j > 8
j - 2.5 >= 5
j * 2 > 5
f * g > 1
q * 0.1 = 0.2
q * j > 1
f * q > 1
f * j < 0
q * q = 0
j * j > 8
j * 2.5 >= 5
j * 1.5 > 4
3 * 0.1 = 0.3
0.1 + 0.2 = 0.3
f + 0.2 = 0.3
q * 3 = 0.3
j / 2 = 1
j / 2.0 = 1.5
j / -2 = -1
-j / 2 = -1
j % 2 = 1
j % 2 = -1
j % -2 = 1
-7 / 2 = -3 AND n = 0
-7 % 2 = -1 AND n = 0
7 / 2 * 2 = 6 AND n = 0
j % 4 = 3
mod(j, 3) = 1
mod(q, 0.1) = 0
q % 2 = 1
q / 3 = 0.5
q / 3 > 0.1
1 / 3.0 = 0.33333333333333333333 AND n = 0
2 / 3.0 = 0.66666666666666666667 AND n = 0
100 / 3.0 = 33.3333333333333333 AND n = 0
10000 / 3.0 = 3333.3333333333333333 AND n = 0
q / 7 = 1
q / 7.0 = 6
-f > 0
- -f > 0
+j > 2
-j > 2
- (j + 1) < 0
j - -1 > 3
j + j * 2 > 10
(j + j) * 2 > 10
j - 1 - 1 > 1
j - (1 - 1) > 1
12 / 3 / 2 = 2 AND n = 1
2 * 3 % 4 = 2 AND n = 1
i + 1 > 5 AND i < 1000
i - 1 < 0 AND i > -1000
f * 2 = g
f + 1 = g
f * 0 = 0 AND abs(f) < 10
q + i > 3 AND abs(j) < 100 AND i < 1000 AND i > -1000
j * 0.5 = 1
j * 0.50 = 1.0
j + 0.5 > f
1e2 = 100 AND n = 0
1.5e-1 = 0.15 AND n = 0
2 ^ 3 = 8 AND n = 0
-2 ^ 2 = 4 AND n = 0
j ^ 2 = 9
'5' + j = 7
j + '5' = 7
f + '0.5' = 1
q + '0.5' = 2
-- functions of numbers
abs(j) = 3
abs(q) = 0.05
abs(f) = 0.5
abs(-5) = 5 AND n = 0
round(f) = 2
round(f) = -4
round(f) = 4
round(f) = 0
round(q) = 2
round(q) = -2
round(q, 1) = 0.1
round(q, 1) = -2.4
round(q, -1) = 40
round(2.5) = 3 AND n = 0
round(-2.5) = -3 AND n = 0
round(3.5) = 4 AND n = 0
round(0.5::float8) = 0 AND n = 0
round(j) = 3
round(2.345, 2) = 2.35 AND n = 0
floor(f) = -1
floor(f) = 2
floor(q) = -3
ceil(f) = 1
ceil(q) = -2
ceiling(q) = 1
floor(j) = 3
ceil(-0.5) = 0 AND n = 0
sqrt(abs(q)) > 1
sqrt(4.0) = 2 AND n = 0
sqrt(j * j) = 3
ln(abs(j) + 1) > 1.5
ln(1) = 0 AND n = 0
exp(j) > 10
exp(0) = 1 AND n = 0
log(100.0) = 2 AND n = 0
log(1000) = 3 AND n = 0
log(2.0, 8.0) = 3 AND n = 0
log(abs(j) + 1) > 0.6
power(j, 2) = 9
power(2, j) = 8
power(2.0, 3) = 8 AND n = 0
power(j, 0) = 1
power(0, 0) = 1 AND n = 0
sign(j) = -1
sign(q) = -1
sign(f) = 0
sign(f) = 1
greatest(i, j) = 3
least(i, j) = 2
greatest(f, g, q) > 2
least(f, g, q) < 0
greatest(s, u) = 'b'
least(s, u) = 'a'
greatest(d, e) = '2020-02-29'
least(t, v) < '1970-01-01'
greatest(j, NULL) = 3
least(NULL, NULL) IS NULL
greatest(1, 2.5) = 2.5 AND n = 0
greatest(b, c)
least(b, c)
j % 2 = 0 AND sign(i) = 1
-- text functions
lower(s) = 'apple'
upper(s) = 'APPLE'
lower(u) = lower(s)
upper('straße') = upper('STRASSE') AND n = 0
lower(u) = 'zürich'
length(s) = 5
char_length(s) = 3
character_length(u) = 2
length('') = 0 AND n = 0
length(s) > length(u)
substr(s, 2) = 'pple'
substr(s, 2, 2) = 'pp'
substring(s from 2 for 2) = 'pp'
substring(s, 1, 1) = 'a'
substring(s from 2) = '本語'
substring(s for 1) = 'b'
substr(s, 0) = 'apple'
substr(s, 0, 2) = 'a'
substr(s, -1, 3) = 'a'
substr(s, -5) = 'b'
substr(s, 10) = ''
substr(s, 2, 0) = ''
substr(s, j) = 'b'
substr(s, j, 1) = 'a'
left(s, 2) = 'ap'
left(s, -2) = 'app'
left(s, 0) = ''
left(s, j) = 'ap'
right(s, 2) = 'le'
right(s, -2) = 'ple'
right(s, 0) = ''
right(s, j) = 'aa'
left(s, -10) = ''
right(s, -10) = ''
trim(s) = 'pad'
ltrim(s) = 'pad '
rtrim(s) = ' pad'
trim(both 'a' from s) = ''
trim(leading 'a' from s) = 'pple'
trim(trailing 'e' from s) = 'appl'
trim('ab' from s) = 'n'
btrim(s, 'ba') = 'nan'
ltrim(s, 'a') = 'pple'
rtrim(s, 'an') = 'b'
ltrim(s, u) = ''
replace(s, 'a', 'x') = 'xpple'
replace(s, 'a', '') = 'bnn'
replace(s, '', 'x') = s
replace(s, u, '!') = '!!!'
replace(s, 'an', 'AN') = 'bANANa'
position('an' in s) = 2
position('' in s) = 1
position('zz' in s) = 0
strpos(s, 'p') = 2
strpos(s, u) = 1
starts_with(s, 'ap')
NOT starts_with(s, 'a')
starts_with(s, u)
concat(s, u) = 'aaaa'
concat(s, NULL, u) = 'bb'
concat(s, j) = 'apple2'
concat(b, c) = 'tf'
concat(q, '') = '1.50'
s || u = 'aaaa'
s || NULL IS NULL
s || '!' = 'b!'
s || j = 'b2'
j || s = '2b'
'x' || b = 'xtrue'
s || q = 'apple1.50'
s || f = 'apple0.5'
s || d = 'apple2020-01-31'
s || t = 'apple2020-01-31 00:00:00'
s || u || s = 'bbb'
s || u LIKE 'aaa%'
coalesce(s, u) = 'x'
coalesce(s, u, 'none') = 'none'
coalesce(j, 0) = 0
coalesce(j, q, 1.5) > 4
coalesce(f, j) = 3
coalesce(d, e) = '2021-12-31'
coalesce(b, c, FALSE)
coalesce(NULL, s) = 'b'
coalesce(j, '7') = 7
nullif(j, 2) IS NULL
nullif(s, 'b') IS NULL
nullif(b, c) IS NULL
nullif(j, 2.0) = 3
nullif(s, u) = 'aaa'
lower(s || 'X') = 'bx'
length(s || u) = 4
lower(NULL) IS NULL
upper(s) LIKE 'A%'
s < 'a'
s > 'a' AND s < 'b'
s < '日'
'a' < 'B'
'b' > s
-- CASE
CASE WHEN j > 2 THEN TRUE ELSE FALSE END
CASE WHEN j > 2 THEN b END
CASE WHEN b THEN j ELSE -1 END = 2
CASE WHEN b THEN 1 WHEN c THEN 2 END = 2
CASE WHEN b THEN 1 WHEN c THEN 2 END IS NULL
CASE j WHEN 2 THEN 'two' WHEN 3 THEN 'three' ELSE 'many' END = 'three'
CASE s WHEN 'apple' THEN 1 WHEN u THEN 2 END = 2
CASE j WHEN NULL THEN 1 ELSE 2 END = 2
CASE WHEN b THEN j ELSE q END > 1.5
CASE WHEN b THEN j ELSE f END > 1.5
CASE WHEN b THEN 'x' ELSE s END LIKE 'a%'
CASE WHEN b THEN d ELSE e END > '2020-01-01'
CASE WHEN b THEN d ELSE t END > '2020-01-01'
CASE WHEN j > 0 THEN i / j ELSE 0 END > 5 AND i < 1000
CASE WHEN NULL THEN 1 ELSE 2 END = 2 AND n = 0
CASE WHEN b THEN NULL ELSE 5 END = 5
CASE CASE WHEN b THEN 1 ELSE 2 END WHEN 1 THEN c ELSE b END
CASE WHEN b THEN '1' ELSE j END = 1
-- CAST
CAST(j AS text) = '2'
j::text LIKE '-%'
q::text = '0.10'
f::text = '0.5'
f::text = '1e+300'
f::text = '-Infinity'
g::text = '1e-300'
b::text = 'true'
d::text = '2020-01-31'
t::text = '2020-01-31 00:00:00'
t::text LIKE '%.123456'
v::text LIKE '%.5'
q::integer = 2
q::int = -2
q::bigint = 0
f::int = 2 AND abs(f) < 100
round(g::numeric, 1) = 0.3
f::numeric = 0.1 AND abs(f) < 10
f::numeric(10,1) = 0.5 AND abs(f) < 100
j::numeric(5,2) / 4 = 0.5
j::float8 / 4 = 0.5
j::double precision / 2 = 1.5
j::boolean
j::bool = FALSE
b::int = 1
b::int + 1 = 2
'12'::int = 12 AND n = 0
' 12 '::int = 12 AND n = 0
'1.50'::numeric = 1.5 AND n = 0
'1e3'::float8 = 1000 AND n = 0
't'::boolean AND n = 0
'off'::boolean OR n = 0
'2020-01-31'::date = d
d::timestamp = t
t::date = d
t::date = '2023-07-04'
v::date > d
d::timestamp + INTERVAL '1 day' = '2020-02-01'
s::varchar(3) = 'app'
CAST(s AS varchar(2)) = 'a%'
0.1::real = 0.1 AND n = 0
0.5::real = 0.5 AND n = 0
g::real = 0.1
16777217::real = 16777216 AND n = 0
2.5::int = 3 AND n = 0
2.5::float8::int = 2 AND n = 0
3.5::float8::int = 4 AND n = 0
-2.5::int = -3 AND n = 0
1.005::numeric(5,2) = 1.01 AND n = 0
123::text || 'x' = '123x' AND n = 0
CASE WHEN s = '12' THEN s::int ELSE 0 END = 12 AND n = 99
DATE '2020-01-31' = d
TIMESTAMP '2020-01-31' = d
TIMESTAMP '2020-01-31 00:00' = t
TIMESTAMPTZ '2020-01-31 00:00+00' = z
TIMESTAMPTZ '2020-01-31 02:00+02' = z
TIMESTAMPTZ '2020-02-29 18:30-05' = z
TIMESTAMPTZ '2020-02-29T23:30:00Z' = z
z = '2020-02-29 23:30'
int '2' = j
float8 '0.5' = f
bool 'yes' = b
t::time = '12:00'
t::time > '18:00:00'
t::time < TIME '06:00'
-- dates and times
EXTRACT(year FROM t) = 2020
date_part('year', v) = 2020
EXTRACT(YEAR FROM d) = 2020
EXTRACT(quarter FROM t) = 1
date_part('quarter', v) = 1
EXTRACT(QUARTER FROM d) = 1
EXTRACT(month FROM t) = 2
date_part('month', v) = 2
EXTRACT(MONTH FROM d) = 2
EXTRACT(week FROM t) = 1
date_part('week', v) = 1
EXTRACT(WEEK FROM d) = 1
EXTRACT(day FROM t) = 31
date_part('day', v) = 31
EXTRACT(DAY FROM d) = 31
EXTRACT(dow FROM t) = 0
date_part('dow', v) = 0
EXTRACT(DOW FROM d) = 0
EXTRACT(isodow FROM t) = 7
date_part('isodow', v) = 7
EXTRACT(ISODOW FROM d) = 7
EXTRACT(doy FROM t) = 60
date_part('doy', v) = 60
EXTRACT(DOY FROM d) = 60
EXTRACT(hour FROM t) = 12
date_part('hour', v) = 12
EXTRACT(hour FROM z) = 12
EXTRACT(minute FROM t) = 59
date_part('minute', v) = 59
EXTRACT(minute FROM z) = 59
EXTRACT(second FROM t) = 59.999999
EXTRACT(second FROM t) = 10.1
EXTRACT(second FROM v) = 15.5
EXTRACT(epoch FROM t) = -0.75
EXTRACT(epoch FROM d) = 1580428800
EXTRACT(epoch FROM v) > 1e9
EXTRACT(week FROM d) = 53
EXTRACT(week FROM e) = 53
EXTRACT(year FROM d) % 4 = 0
EXTRACT(year FROM d) / 4 = 505
EXTRACT(epoch FROM t - v) = 0
EXTRACT(day FROM t - v) > 300
EXTRACT(hour FROM v - t) > 0
EXTRACT(epoch FROM INTERVAL '1 month') = 2592000 AND n = 0
EXTRACT(epoch FROM INTERVAL '1 year') = 31557600 AND n = 0
date_trunc('second', t) = '2023-07-04 18:45:30'
date_trunc('minute', t) = '2023-07-04 18:45'
date_trunc('hour', t) = '2023-07-04 18:00'
date_trunc('day', t) = '2023-07-04'
date_trunc('week', t) = '2023-07-03'
date_trunc('month', t) = '2023-07-01'
date_trunc('quarter', t) = '2023-07-01'
date_trunc('year', t) = '2023-01-01'
date_trunc('decade', t) = '2020-01-01'
date_trunc('century', t) = '2001-01-01'
date_trunc('millennium', t) = '2001-01-01'
date_trunc('milliseconds', t) = '2023-07-04 18:45:30.123'
date_trunc('microseconds', t) = '2023-07-04 18:45:30.123456'
date_trunc('month', d) = '2020-02-01'
date_trunc('week', d) = DATE '2024-12-30'
date_trunc('century', d) = '1801-01-01'
date_trunc('century', e) = '2001-01-01'
date_trunc('year', t) = date_trunc('year', v)
date_trunc('hour', z) = '2020-02-29 23:00+00'
d + INTERVAL '1 month' > '2020-03-01'
t - INTERVAL '1 month' < '2000-01-30'
d + INTERVAL '1 month' > e
d + INTERVAL '1 day' > '2020-03-01'
t - INTERVAL '1 day' < '2000-01-30'
d + INTERVAL '1 day' > e
d + INTERVAL '-1 month' > '2020-03-01'
t - INTERVAL '-1 month' < '2000-01-30'
d + INTERVAL '-1 month' > e
d + INTERVAL '1 year' > '2020-03-01'
t - INTERVAL '1 year' < '2000-01-30'
d + INTERVAL '1 year' > e
d + INTERVAL '1 year 2 months 3 days' > '2020-03-01'
t - INTERVAL '1 year 2 months 3 days' < '2000-01-30'
d + INTERVAL '1 year 2 months 3 days' > e
d + INTERVAL '12 hours' > '2020-03-01'
t - INTERVAL '12 hours' < '2000-01-30'
d + INTERVAL '12 hours' > e
d + INTERVAL '30 minutes' > '2020-03-01'
t - INTERVAL '30 minutes' < '2000-01-30'
d + INTERVAL '30 minutes' > e
d + INTERVAL '1.5 seconds' > '2020-03-01'
t - INTERVAL '1.5 seconds' < '2000-01-30'
d + INTERVAL '1.5 seconds' > e
d + INTERVAL '1 week' > '2020-03-01'
t - INTERVAL '1 week' < '2000-01-30'
d + INTERVAL '1 week' > e
d + INTERVAL '1 mon 1 day 01:00:00' > '2020-03-01'
t - INTERVAL '1 mon 1 day 01:00:00' < '2000-01-30'
d + INTERVAL '1 mon 1 day 01:00:00' > e
d + INTERVAL '3 months' > '2020-03-01'
t - INTERVAL '3 months' < '2000-01-30'
d + INTERVAL '3 months' > e
d + INTERVAL '1 day ago' > '2020-03-01'
t - INTERVAL '1 day ago' < '2000-01-30'
d + INTERVAL '1 day ago' > e
d + INTERVAL '1.5 days' > '2020-03-01'
t - INTERVAL '1.5 days' < '2000-01-30'
d + INTERVAL '1.5 days' > e
d + INTERVAL '0.5 months' > '2020-03-01'
t - INTERVAL '0.5 months' < '2000-01-30'
d + INTERVAL '0.5 months' > e
d + INTERVAL '1.5 years' > '2020-03-01'
t - INTERVAL '1.5 years' < '2000-01-30'
d + INTERVAL '1.5 years' > e
d + INTERVAL '36:00' > '2020-03-01'
t - INTERVAL '36:00' < '2000-01-30'
d + INTERVAL '36:00' > e
d + INTERVAL '-36:00:01.5' > '2020-03-01'
t - INTERVAL '-36:00:01.5' < '2000-01-30'
d + INTERVAL '-36:00:01.5' > e
d + INTERVAL '1 decade' > '2020-03-01'
t - INTERVAL '1 decade' < '2000-01-30'
d + INTERVAL '1 decade' > e
d + INTERVAL '1 hour -5 minutes' > '2020-03-01'
t - INTERVAL '1 hour -5 minutes' < '2000-01-30'
d + INTERVAL '1 hour -5 minutes' > e
d + INTERVAL '100 milliseconds' > '2020-03-01'
t - INTERVAL '100 milliseconds' < '2000-01-30'
d + INTERVAL '100 milliseconds' > e
d + INTERVAL '1 microsecond' > '2020-03-01'
t - INTERVAL '1 microsecond' < '2000-01-30'
d + INTERVAL '1 microsecond' > e
d + INTERVAL '1 month' = '2020-02-29'
d - INTERVAL '1 month' = '2020-01-29'
d - INTERVAL '1 month' = '2020-02-29'
e + INTERVAL '1' YEAR = '2021-02-28'
d + INTERVAL '1' MONTH = '2020-03-29'
INTERVAL '1 day' + d = '2020-02-01'
d + 1 = '2020-02-01'
1 + d = '2020-02-01'
d - 31 = '2019-12-31'
d + j = '2020-02-02'
d - e = -29
e - d > 100
d - '2020-01-01' = 30
t - v > INTERVAL '1 day'
t - v < INTERVAL '-1 month'
t - d = INTERVAL '0'
t - d > INTERVAL '12 hours'
t - '2020-01-01' > INTERVAL '30 days'
t - v = INTERVAL '1 year'
t - v = INTERVAL '365 days'
INTERVAL '1 month' = INTERVAL '30 days' AND n = 0
INTERVAL '1 day' = INTERVAL '24 hours' AND n = 0
INTERVAL '1 year' > INTERVAL '360 days' AND n = 0
-INTERVAL '1 day' < INTERVAL '0' AND n = 0
INTERVAL '1 day' + INTERVAL '1 hour' = INTERVAL '25 hours' AND n = 0
INTERVAL '1 day' * 2 = INTERVAL '2 days' AND n = 0
t + (v - t) = v
z - INTERVAL '1 month' = '2020-01-29 23:30+00'
z + INTERVAL '1 day' > '2024-01-01'
z - z = INTERVAL '0'
d = t
d < t
t = '2020-1-31'
d = '20200131'
d = '2020/01/31'
t > '2020-01-31 00:00:00.0000001'
d < '9999-12-31'
d = '2020-01-31 10:00'
t <> v
t IS DISTINCT FROM v
-- order, limit and offset
SELECT * FROM p ORDER BY i, n
SELECT * FROM p ORDER BY i DESC, n LIMIT 5
SELECT * FROM p ORDER BY i NULLS FIRST, n DESC LIMIT 4 OFFSET 2
SELECT * FROM p ORDER BY i DESC NULLS LAST, n OFFSET 9
SELECT * FROM p ORDER BY j, n
SELECT * FROM p ORDER BY j DESC, n LIMIT 5
SELECT * FROM p ORDER BY j NULLS FIRST, n DESC LIMIT 4 OFFSET 2
SELECT * FROM p ORDER BY j DESC NULLS LAST, n OFFSET 9
SELECT * FROM p ORDER BY f, n
SELECT * FROM p ORDER BY f DESC, n LIMIT 5
SELECT * FROM p ORDER BY f NULLS FIRST, n DESC LIMIT 4 OFFSET 2
SELECT * FROM p ORDER BY f DESC NULLS LAST, n OFFSET 9
SELECT * FROM p ORDER BY q, n
SELECT * FROM p ORDER BY q DESC, n LIMIT 5
SELECT * FROM p ORDER BY q NULLS FIRST, n DESC LIMIT 4 OFFSET 2
SELECT * FROM p ORDER BY q DESC NULLS LAST, n OFFSET 9
SELECT * FROM p ORDER BY s, n
SELECT * FROM p ORDER BY s DESC, n LIMIT 5
SELECT * FROM p ORDER BY s NULLS FIRST, n DESC LIMIT 4 OFFSET 2
SELECT * FROM p ORDER BY s DESC NULLS LAST, n OFFSET 9
SELECT * FROM p ORDER BY b, n
SELECT * FROM p ORDER BY b DESC, n LIMIT 5
SELECT * FROM p ORDER BY b NULLS FIRST, n DESC LIMIT 4 OFFSET 2
SELECT * FROM p ORDER BY b DESC NULLS LAST, n OFFSET 9
SELECT * FROM p ORDER BY d, n
SELECT * FROM p ORDER BY d DESC, n LIMIT 5
SELECT * FROM p ORDER BY d NULLS FIRST, n DESC LIMIT 4 OFFSET 2
SELECT * FROM p ORDER BY d DESC NULLS LAST, n OFFSET 9
SELECT * FROM p ORDER BY t, n
SELECT * FROM p ORDER BY t DESC, n LIMIT 5
SELECT * FROM p ORDER BY t NULLS FIRST, n DESC LIMIT 4 OFFSET 2
SELECT * FROM p ORDER BY t DESC NULLS LAST, n OFFSET 9
SELECT * FROM p ORDER BY z, n
SELECT * FROM p ORDER BY z DESC, n LIMIT 5
SELECT * FROM p ORDER BY z NULLS FIRST, n DESC LIMIT 4 OFFSET 2
SELECT * FROM p ORDER BY z DESC NULLS LAST, n OFFSET 9
SELECT * FROM p ORDER BY g, n
SELECT * FROM p ORDER BY g DESC, n LIMIT 5
SELECT * FROM p ORDER BY g NULLS FIRST, n DESC LIMIT 4 OFFSET 2
SELECT * FROM p ORDER BY g DESC NULLS LAST, n OFFSET 9
SELECT * FROM p WHERE i > 0 ORDER BY j DESC, n LIMIT 3
SELECT n, j AS k FROM p ORDER BY k, n LIMIT 4
SELECT n, i AS j FROM p ORDER BY j, n LIMIT 4
SELECT n, s FROM p AS x WHERE x.s LIKE 'a%' ORDER BY x.n
SELECT n FROM p ORDER BY 1 DESC LIMIT 2
SELECT n, s FROM p ORDER BY 2, 1 LIMIT 3
SELECT * FROM p ORDER BY j + 1, n DESC LIMIT 6
SELECT * FROM p ORDER BY abs(j), n
SELECT * FROM p ORDER BY lower(u), n
SELECT * FROM p ORDER BY length(s) DESC NULLS LAST, n
SELECT * FROM p ORDER BY b, c DESC, n
SELECT * FROM p ORDER BY b DESC NULLS LAST, c NULLS FIRST, n LIMIT 7
SELECT * FROM p ORDER BY n LIMIT 0
SELECT * FROM p ORDER BY n LIMIT ALL OFFSET 14
SELECT * FROM p ORDER BY n OFFSET 100
SELECT * FROM p ORDER BY n LIMIT 3 OFFSET 100
SELECT * FROM p ORDER BY n FETCH FIRST 2 ROWS ONLY
SELECT * FROM p ORDER BY n DESC FETCH NEXT ROW ONLY
SELECT * FROM p ORDER BY n OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY
SELECT * FROM p ORDER BY n OFFSET 3 LIMIT 2
SELECT * FROM p ORDER BY t - v, n
SELECT * FROM p ORDER BY CASE WHEN b THEN 0 ELSE 1 END, n LIMIT 8
SELECT * FROM p WHERE s IS NOT NULL ORDER BY s DESC, n LIMIT 4
SELECT n, s FROM p WHERE N > 3 AND S IS NOT NULL ORDER BY S, N LIMIT 4;
SELECT * FROM p /* all */ WHERE n < 3 -- few
SELECT * FROM p ORDER BY -f, n
SELECT * FROM p ORDER BY q % 1, n
SELECT * FROM p ORDER BY z DESC, n LIMIT 1
