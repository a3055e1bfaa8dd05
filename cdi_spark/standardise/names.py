"""Names of people: one part of a name here, whole names from full_names, nicknames from nicknames."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.standardise.full_names import split_full_name
from cdi_spark.standardise.nicknames import nickname_root
from cdi_spark.standardise.text import clean_text, once, title_case

__all__ = ["name_part", "nickname_root", "phonetic", "split_full_name"]

_STRAY_SIGNS = r"[\s\p{Z}\p{Cc}\p{Cf},;:\"\u201c\u201d*_<>|]"


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
