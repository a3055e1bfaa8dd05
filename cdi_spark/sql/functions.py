"""Spark's built-in functions by what they do: which a query that only reads may call, and which conf may call.

Both are allow-lists: a function that is not named here is refused, so what a later Spark adds is refused too. The lists
are compared with Spark's SHOW FUNCTIONS in tests/sql/test_functions.py.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Pure functions of their arguments. Only these in conf: a landed row must give the same result tomorrow.
_PURE = _names(
    """
    ! != % & * + - / < << <= <=> <> = == > >= >> >>> ^ | || ~ and between case div in mod not or rlike when like ilike
    regexp abs acos acosh add_months aggregate array array_append array_compact array_contains array_distinct
    array_except array_insert array_intersect array_join array_max array_min array_position array_prepend array_remove
    array_repeat array_size array_sort array_union arrays_overlap arrays_zip ascii asin asinh atan atan2 atanh base64
    bin bit_count bit_length bround btrim cardinality cast cbrt ceil ceiling char char_length character_length chr
    coalesce concat concat_ws contains cos cosh cot crc32 csc date_add date_diff date_format date_from_unix_date
    date_part date_sub date_trunc dateadd datediff datepart day dayname dayofmonth dayofweek dayofyear decimal degrees
    e element_at elt endswith equal_null exists exp expm1 extract factorial filter find_in_set flatten floor forall
    format_number from_unixtime from_utc_timestamp get get_json_object greatest hash hex hour hypot if ifnull initcap
    instr is_valid_utf8 isnan isnotnull isnull json_array_length json_object_keys last_day lcase least left len length
    levenshtein ln locate log log10 log1p log2 lower lpad ltrim luhn_check make_date make_valid_utf8 map
    map_contains_key map_entries map_filter map_from_arrays map_keys map_values mask md5 minute month monthname
    months_between named_struct nanvl negative nullif nullifzero nvl nvl2 octet_length overlay pi pmod position
    positive pow power quarter radians reduce regexp_count regexp_extract regexp_extract_all regexp_instr regexp_like
    regexp_replace regexp_substr repeat replace reverse right rint round rpad rtrim sec second sequence sha sha1 sha2
    shiftleft shiftright shiftrightunsigned sign signum sin sinh size slice sort_array soundex space split split_part
    sqrt startswith struct substr substring substring_index tan tanh timestamp_micros timestamp_millis
    timestamp_seconds to_json to_utc_timestamp transform transform_values translate trim trunc try_add try_divide
    try_element_at try_make_timestamp try_make_timestamp_ltz try_make_timestamp_ntz try_mod try_multiply
    try_parse_url try_subtract try_to_binary try_to_number try_to_timestamp try_url_decode try_validate_utf8 typeof
    ucase unbase64 unhex unix_date unix_micros unix_millis unix_seconds upper url_encode weekday weekofyear
    width_bucket xxhash64 year zeroifnull zip_with
    """
)

# Pure too, but one wrong value ends the query where conf has a try_ spelling (to_date), or the result is of a
# type that no table has.
_STRICT = _names(
    """
    aes_decrypt bigint binary bit_get bitmap_bit_position bitmap_bucket_number bitmap_count boolean collate
    collation conv convert_timezone date decode double encode float format_string from_csv from_json getbit
    hll_sketch_estimate hll_union int is_variant_null make_dt_interval make_interval make_timestamp make_timestamp_ltz
    make_timestamp_ntz make_ym_interval map_concat map_from_entries map_zip_with next_day parse_json parse_url printf
    schema_of_csv schema_of_json schema_of_variant sentences smallint str_to_map string timestamp tinyint to_binary
    to_char to_csv to_date to_number to_timestamp to_timestamp_ltz to_timestamp_ntz to_unix_timestamp to_varchar
    to_variant_object transform_keys try_aes_decrypt try_make_interval try_parse_json try_variant_get url_decode
    validate_utf8 variant_get
    """
)

_GENERATORS = _names(
    """
    collations explode explode_outer inline inline_outer json_tuple posexplode posexplode_outer range sql_keywords
    stack variant_explode variant_explode_outer
    """
)

_AGGREGATES = _names(
    """
    any any_value approx_count_distinct approx_percentile array_agg avg bit_and bit_or bit_xor bitmap_construct_agg
    bitmap_or_agg bool_and bool_or collect_list collect_set corr count count_if count_min_sketch covar_pop covar_samp
    every first first_value grouping grouping_id histogram_numeric hll_sketch_agg hll_union_agg kurtosis last
    last_value listagg max max_by mean median min min_by mode percentile percentile_approx percentile_cont
    percentile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
    schema_of_variant_agg skewness some std stddev stddev_pop stddev_samp string_agg sum try_avg try_sum var_pop
    var_samp variance
    """
)

_WINDOWS = _names(
    """
    cume_dist dense_rank lag lead nth_value ntile percent_rank rank row_number session_window window window_time
    """
)

_CLOCK = _names(
    """
    curdate current_date current_time current_timestamp localtimestamp now unix_timestamp
    """
)

# Another result each time: by chance, or by how Spark divides the rows.
_RANDOM = _names(
    """
    aes_encrypt monotonically_increasing_id rand randn random randstr shuffle spark_partition_id uniform uuid
    """
)

# Which catalog, schema and time zone the client itself has chosen.
_SESSION = _names("current_catalog current_database current_schema current_timezone")

# Not in SHOW FUNCTIONS: the parser turns these into functions that are.
_GRAMMAR = _names("timestampadd timestampdiff try_cast")

READING = _PURE | _STRICT | _GENERATORS | _AGGREGATES | _WINDOWS | _CLOCK | _RANDOM | _SESSION | _GRAMMAR
"""What a query that only reads may call: functions of values, of groups and of windows, and rows from arguments."""

GENERATORS = _GENERATORS
"""The table functions among them: rows from arguments, never from a table or file."""

ALLOWED = _PURE | {"try_cast"}
"""What an expression in conf may call: pure functions of the row."""

ALLOWED_IN_DUCKDB = _names(
    """
    abs array_length array_to_string ceil coalesce concat concat_ws contains damerau_levenshtein datediff date_diff
    day editdist3 ends_with floor greatest hamming if ifnull instr jaccard jaro_similarity jaro_winkler_similarity
    least left len length levenshtein list_aggregate list_any_value list_contains list_count list_distinct list_filter
    list_has list_has_all list_has_any list_intersect list_max list_min list_position list_reduce list_slice list_sort
    list_transform list_unique list_value lower lpad ltrim md5 mismatches month nullif regexp_extract
    regexp_full_match regexp_matches regexp_replace repeat replace reverse right round row rpad rtrim split_part
    starts_with str_split string_split strip_accents strlen struct_extract substr substring suffix translate trim
    try_cast try_strptime upper year cast in decimal and or not when then else between case
    """
)
"""What a level of person.yml may call in DuckDB: pure functions of two records."""

BARE = _names(
    "current_catalog current_database current_date current_schema current_time current_timestamp current_timezone "
    "current_user current_role localtime localtimestamp session_user user"
)
"""Functions that Spark calls without a parenthesis too, where no column has the name."""

REFUSED: dict[str, frozenset[str]] = {
    "runs code": _names("java_method reflect try_reflect"),
    "reads files, tables or addresses that its options name": _names(
        """
        from_avro from_protobuf from_xml schema_of_avro schema_of_xml table_changes table_changes_by_path to_avro
        to_protobuf to_xml
        """
    ),
    "parses XML, which can name files and addresses": _names(
        """
        xpath xpath_boolean xpath_double xpath_float xpath_int xpath_long xpath_number xpath_short xpath_string
        """
    ),
    "returns the paths of files": _names("input_file_block_length input_file_block_start input_file_name"),
    "returns the account or the software of the machine": _names("current_user session_user user version"),
    "ends a query with any text": _names("assert_true raise_error"),
}
"""Built-in functions that are in no list above, by the reason."""
