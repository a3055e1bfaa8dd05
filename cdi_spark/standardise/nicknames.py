"""Nicknames, led back to the given name they stand for.

Source: the `nicknames` package (Northern & Crews, Apache-2.0), pairs of an English given name and a nickname.
"""

from collections import defaultdict
from functools import cache

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.standardise.text import look_up

# Full given names of English speakers, roughly the most common first (censuses and birth registers of
# the 19th and 20th centuries). The package says that Bob may be Robert, Bert or Bobby, not which is likely.
_COMMON_NAMES = """
john william mary james george robert elizabeth thomas charles margaret david sarah henry joseph anne
michael edward richard alice arthur frederick albert catherine walter christopher alfred helen susan daniel
samuel patricia jennifer harold ernest matthew anthony stephen andrew dorothy florence louis herbert peter
paul martha emily francis katherine alexander benjamin barbara ellen jane steven kenneth edith donald philip
ronald jessica rebecca timothy nicholas jacob frances patrick eleanor harriet hannah ruth jonathan victoria
rachel leonard raymond eric laurence lawrence eugene amy joan janet stanley lillian caroline charlotte
theodore gerald jeffrey geoffrey gregory deborah virginia carolyn amanda angela christine abigail clifford
edwin hugh isabella isabel josephine julia kathleen kathryn louisa louise maria martin maurice mildred
nathaniel norman oliver pamela percival reginald roger rosemary russell sidney simon sophia terence valerie
vincent vivian wilfred zachary edmund edgar gilbert archibald augustus bernard bertram cecilia clarence
cornelius cynthia douglas gabriel gertrude hubert jasper joshua judith lucy millicent montgomery penelope
phillip prudence ralph randolph roderick rosalind rudolph solomon sylvester tobias veronica wallace winifred
agnes allen alan antonia audrey beatrice brian bruce carl cecil clara colin duncan emma esther evelyn felix
graham grace howard ian ivan jean karen keith laura lewis linda lisa malcolm marie mark nancy neil nora
olive rose sandra sharon stuart teresa tracy una ursula yvonne ada austin elaine flora freda gary leo leon
mabel marion maureen megan mercy nathan nicole roland rupert saul
"""


def nickname_root(given_name: Column) -> Column:
    """Lead a nickname back to one full name, so that bob, rob and robert share a value.

    Each name goes to the most common full name that lists it as a nickname. A full name stays as
    it is, so groups are stars round one name and never chains (ed is edward, edmund is edmund).
    A name that is not in the list stays as it is.

    Args:
        given_name: one given name, folded.
    """
    return F.coalesce(look_up(given_name, nickname_roots()), given_name)


def is_known_given_name(name: Column) -> Column:
    """Whether a folded word is a full name or a nickname in the list; null for null."""
    known = look_up(name, nickname_roots()).isNotNull()
    return F.when(name.isNotNull(), known)


@cache
def nickname_roots() -> dict[str, str]:
    """Every name in the list, with the full name it goes to; full names go to themselves."""
    from nicknames import name_triplets

    full_names_of: dict[str, set[str]] = defaultdict(set)
    nicknames_of: dict[str, set[str]] = defaultdict(set)
    for full_name, relationship, nickname in name_triplets():
        if relationship == "has_nickname":
            full_names_of[nickname].add(full_name)
            nicknames_of[full_name].add(nickname)
    common = {name: place for place, name in enumerate(_COMMON_NAMES.split())}

    def rank(name: str) -> tuple[int, int, str]:
        """Common names in their order, then names with many nicknames, then by the alphabet."""
        return common.get(name, len(common)), -len(nicknames_of[name]), name

    roots: dict[str, str] = {}
    for name in sorted(common.keys() | full_names_of.keys() | set(nicknames_of), key=rank):
        stands_for = [f for f in full_names_of[name] if name not in common and roots.get(f) == f]
        roots[name] = min(stands_for, key=rank, default=name)
    return roots
