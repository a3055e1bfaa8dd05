"""Standard person columns to the columns that the person model compares and blocks on."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.standardise import addresses, emails, names, text
from cdi_spark.tables import FEATURES


def person_features(persons: DataFrame) -> DataFrame:
    """One row per live record: record_id, content_hash and FEATURES, folded for comparing; null where nothing is known.

    Args:
        persons: silver.person.
    """
    given, middle, family = (text.fold(F.col(name)) for name in ("given_name", "middle_name", "family_name"))
    mailboxes = F.transform("emails", emails.email_key)
    tokens = _tokens(text.fold(F.concat_ws(" ", "given_name", "middle_name", "family_name")))
    columns = {
        "given": given,
        "given_root": names.nickname_root(F.split_part(given, F.lit(" "), F.lit(1))),
        "middle": middle,
        "family": family,
        "given_tokens": _tokens(text.fold(F.concat_ws(" ", "given_name", "middle_name"))),
        "family_tokens": _tokens(family),
        "names": tokens,
        "name_sounds": F.array_distinct(F.transform(tokens, names.phonetic)),
        "birth_date": F.col("birth_date").cast("string"),
        "gender": F.col("gender"),
        "emails": mailboxes,
        "email_users": _known(F.array_compact(F.transform(mailboxes, emails.email_user))),
        "phones": F.col("phones"),
        "street": addresses.street_key(text.fold(F.col("street"))),
        "city": text.fold(F.col("city")),
        "postcode": F.regexp_replace(text.fold(F.col("postcode")), " ", ""),
        "outward": text.fold(addresses.postcode_outward(F.col("postcode"))),
        "national_id": F.upper(F.regexp_replace("national_id", "[^A-Za-z0-9]", "")),
        "account_ids": F.col("account_ids"),
        "device_ids": F.col("device_ids"),
        "birth_place": text.fold(F.col("birth_place")),
        "occupation": text.fold(F.col("occupation")),
        "company": text.fold(F.col("company")),
        # Until sharing.with_own() tells which are shared.
        "own_emails": mailboxes,
        "own_phones": F.col("phones"),
        "own_device_ids": F.col("device_ids"),
    }
    live = persons.where(~F.col("is_deleted"))
    return live.select("record_id", "content_hash", *(columns[name].alias(name) for name in FEATURES))


def known_features(features: DataFrame) -> tuple[list[str], int]:
    """The feature columns that hold a value in at least one record, and how many records there are."""
    counts = features.agg(F.count("*"), *(F.count(name) for name in FEATURES)).first()
    records, *filled = counts or [0] * (len(FEATURES) + 1)
    return [name for name, n in zip(FEATURES, filled, strict=True) if n], records


def _tokens(words: Column) -> Column:
    """The distinct words of two letters or more; null when there are none."""
    return _known(F.array_distinct(F.filter(F.split(words, " "), lambda word: F.length(word) > 1)))


def _known(values: Column) -> Column:
    return F.when(F.size(values) > 0, values)
