"""One part of a person's name: tidy it and find how it sounds. Whole names are in full_names, nicknames in nicknames."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.standardise.text import clean_text, once, title_case

_STRAY_SIGNS = r"[\s\p{Z}\p{Cc}\p{Cf},;:\"“”*_<>|]"


def name_part(name: Column) -> Column:
    """Tidy one name: clean text without stray signs round it, in Title Case unless it came in mixed case.

    Null when it holds no letter of any script, or is a placeholder word.
    """
    bare = clean_text(F.regexp_replace(name, rf"^{_STRAY_SIGNS}++|{_STRAY_SIGNS}++$", ""))
    return once(bare, lambda n: F.when(n.rlike(r"\p{L}"), title_case(n)))


def phonetic(name: Column) -> Column:
    """Soundex of a folded name, its words joined; a name in another script stands for itself.

    Source: the American Soundex of the U.S. National Archives, as Spark's `soundex` computes it.
    """
    return F.soundex(F.replace(name, F.lit(" "), F.lit("")))
