"""Split a full name, in either order and with its titles, into given, middle and family name."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.standardise.nicknames import is_known_given_name
from cdi_spark.standardise.text import clean_text, fold, is_placeholder, once, title_case

# Titles that no one bears as a name, dropped wherever they stand. With a single word left, these and
# the ranks show that it is a family name (Mr Smith), but for Sir and Dame (Sir John).
_HONORIFICS = (
    r"mr|mrs|ms|miss|mx|mister|messrs|madam|mme|mlle|monsieur|herr|frau|senor|senora|sra|dr|doctor|prof|"
    r"professor|(?:(?:rt|right|most|very)\.? )?(?:rev|revd|reverend|hon|honou?rable)|rt|hrh"
)
_KNIGHTLY = "sir|dame"
# Dropped in front of a name.
_RANKS = (
    r"(?:(?:vice|rear|major|maj|lieutenant|lt|brigadier|brig|field|wing|squadron)\.?[ \-])?"
    r"(?:general|gen|marshal|colonel|col|commander|captain|capt|lieutenant|lt|maj|leader|sergeant|sgt|corporal|"
    r"admiral(?: of)?(?: the)?(?: fleet)?)|brigadier|commodore|lord|lady|baroness|countess|duchess|viscount|"
    r"viscountess|marquess|marchioness|archbishop|archdeacon|cardinal|ambassador|senator|councillor|cllr|rabbi|"
    r"imam|pastor"
)
# People are called so too (Earl Jones, Martin Luther King): dropped in front of two or more words only.
_RANKS_OR_NAMES = (
    "earl|duke|king|queen|prince|princess|baron|count|marquis|major|judge|dean|canon|bishop|father|brother|"
    "sister|master"
)
_PEERAGES = (
    "baron|baroness|earl|count|countess|duke|duchess|viscount|viscountess|marquess|marquis|marchioness|prince|"
    "princess|king|queen"
)
_POST_NOMINALS = (
    r"jr|jnr|junior|sr|snr|senior|ii|iii|iv|ph\.? ?d|esq|esquire|bt|bart|baronet|obe|mbe|cbe|kbe|kcb|kcmg|"
    r"gcb|dso|frs|frse|fsa|mp|qc|kc|cpa|m\.d|mba|msc|bsc|llb|llm"
)
# Ma, Do and Ba are names too: they are degrees only after two words and a comma.
_DEGREES_OR_NAMES = r"m\.?a|b\.?a|d\.?d|d\.?o|m\.?d|r\.?n|v"
_PARTICLES = (
    "van|von|vom|zu|zum|zur|de|del|della|der|den|des|di|da|das|dos|du|la|le|les|ter|ten|te|af|av|al|el|bin|"
    "bint|binti|ibn|ap|mac|mc|san|santa|st|of|بن|بنت"
)
_EXTRAS = "|".join(
    (_HONORIFICS, _KNIGHTLY, _RANKS, _RANKS_OR_NAMES, _PEERAGES, _POST_NOMINALS, "baronet|of|the")
)

_START, _END = r"(?<![\p{L}\p{N}'\u2019.\-])", r"(?![\p{L}\p{N}'\u2019\-])\.?"
_ORDINAL = rf"\d{{1,3}}(?:st|nd|rd|th){_END}"

# Each step drops something that is not part of the name: (pattern, what stays of it).
_PEERAGE_STEPS = (
    # john (jack) smith, john "jack" smith
    (r"\([^)]*+\)?|\[[^\]]*+\]?|\"[^\"]*+\"|“[^”]*+”|(?<= )'[^']++'(?= )", " "),
    (r"\s+", " "),
    # robert radcliffe, 1st sussex; john 3rd earl of derby
    (rf"(?<=\S),? {_ORDINAL}.*$", ""),
    (rf"^{_ORDINAL} ?(?:(?:{_PEERAGES}|baronet|bart|bt){_END}(?: |$))?", ""),
    # anne, countess of bedford; ralph stafford, of stafford; john starkey, baronet
    (rf"(?<=\S),? (?:{_PEERAGES}) of{_END}.*$", ""),
    (rf", ?(?:of|baronet|bart|bt){_END}.*$", ""),
    # william napier, lord napier; but russell, lord john is a family name and a given name
    (rf"^([^, ]+ [^,]+), ?(?:{_PEERAGES}|lord|lady) .*$", "$1"),
)
_TITLE_STEPS = (
    # h.o.forbes
    (r"(?<=\p{L}\.)(?=\p{L}{2})", " "),
    (rf"(?<=\S),? (?:{_POST_NOMINALS}){_END}(?= *(?:,|$))", ""),
    (rf"^([^, ]+ [^,]+), ?(?:{_DEGREES_OR_NAMES}){_END}$", "$1"),
    (rf"{_START}(?:the )?(?:{_HONORIFICS}|{_KNIGHTLY}){_END}", ""),
    (rf"(?:^|(?<=,)) *(?:(?:{_RANKS}){_END} +){{1,3}}(?=\S)|^ *(?:{_RANKS}){_END}$", ""),
    (rf"^ *(?:{_RANKS_OR_NAMES}){_END} +(?=\S+ \S)", ""),
    # thomas ashton of hyde; but edmund of woodstock has no other family name
    (r"^( *[^ ,]+ [^,]*?) of .*$", "$1"),
    (r" +", " "),
)


def split_full_name(full_name: Column) -> Column:
    """Split a full name into struct<given_name, middle_name, family_name>; null when no name is left.

    - Reads "First Middle Last" and "Last, First Middle". After two or more words that begin with a known
      given name, the comma sets off a place or title (James Mackay, Inchcape), unless a given name follows.
    - Drops titles, ranks, peerages, post-nominals, and what is bracketed or quoted.
    - Particles belong to the family name (van der Berg, de la Cruz, bin Salman).
    - A single word is the given name, or the family name when a title other than Sir or Dame is with it.
    """
    return once(title_case(clean_text(full_name)), _split)


def _split(name: Column) -> Column:
    # Nine names in ten are plain words, and the steps are slow.
    plain = ~name.rlike(rf"(?i)[^\p{{L}}\p{{M}}'\u2019 \-]|(?<![^ ])(?:{_EXTRAS})(?![^ ])")
    return F.when(plain, _in_order(name, titled=F.lit(False))).otherwise(
        once(F.trim(_drop(name, _PEERAGE_STEPS)), _without_titles)
    )


def _drop(name: Column, steps: tuple[tuple[str, str], ...]) -> Column:
    for pattern, stays in steps:
        name = F.regexp_replace(name, f"(?i){pattern}", stays)
    return name


def _without_titles(name: Column) -> Column:
    titled = name.rlike(rf"(?i){_START}(?:{_HONORIFICS}|{_RANKS}){_END}")
    halves = F.split(_drop(name, _TITLE_STEPS), " *, *", 2)
    return once(
        F.struct(halves.alias("halves"), titled.alias("titled")),
        lambda n: _by_comma(n["halves"], n["titled"]),
    )


def _by_comma(halves: Column, titled: Column) -> Column:
    before = F.trim(halves[0])
    after = F.trim(F.regexp_replace(F.coalesce(F.get(halves, F.lit(1)), F.lit("")), "[, ]+", " "))
    return once(F.array(before, after), lambda sides: _by_order(sides, titled))


def _by_order(sides: Column, titled: Column) -> Column:
    before, after = sides[0], sides[1]
    # One look-up for both sides: its table would be in the plan twice.
    known = F.transform(sides, lambda side: is_known_given_name(fold(F.substring_index(side, " ", 1))))
    place_follows = before.contains(" ") & once(known, lambda k: k[0] & ~k[1])
    return (
        F.when(before == "", _in_order(after, titled))
        .when((after == "") | place_follows, _in_order(before, titled))
        .otherwise(_name(given=_first(after), middle=_rest(after), family=before))
    )


def _in_order(name: Column, titled: Column) -> Column:
    # The family name starts at the first particle after the given name, or is the last word.
    family = rf"(?i)^(?:st\.? )?+\S++ (?:(.*?) )??((?:{_PARTICLES})\.? .+|\S+)$"
    no_given = (titled & ~name.contains(" ")) | name.rlike("(?i)^(?:de|von|vom|du|der|zu) ")
    return F.when(no_given, _name(family=name)).otherwise(
        _name(
            given=_first(name),
            middle=F.regexp_extract(name, family, 1),
            family=F.regexp_extract(name, family, 2),
        )
    )


def _first(words: Column) -> Column:
    return F.regexp_extract(words, r"(?i)^(?:st\.? (?=\S))?+\S++", 0)


def _rest(words: Column) -> Column:
    return F.regexp_extract(words, r"(?i)^(?:st\.? (?=\S))?+\S++ (.*)$", 1)


def _name(*, given: Column | None = None, middle: Column | None = None, family: Column) -> Column:
    def part(words: Column | None) -> Column:
        if words is None:
            return F.lit(None).cast("string")
        bare = F.btrim(words, F.lit(' ,;:*_<>|"“”()'))
        return once(bare, lambda b: F.when(b.rlike(r"\p{L}") & ~is_placeholder(b), b))

    name = F.struct(
        part(given).alias("given_name"), part(middle).alias("middle_name"), part(family).alias("family_name")
    )
    return once(name, lambda n: F.when(F.coalesce(n["given_name"], n["family_name"]).isNotNull(), n))
