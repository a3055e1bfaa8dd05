"""Who belongs together without being one: households and the contacts of an account. Views of gold.customer_360."""

from cdi_spark.schema.declare import (
    ENTITY_ID,
    LONG,
    STRING,
    Column,
    Table,
)

# More of one name at one address are no household: a hostel, a school, an address that forms are filled in with.
_LARGEST_HOUSEHOLD = 12
# More contacts have no account in common: it is a number that stands for none.
_LARGEST_ACCOUNT = 1_000


def _folded(column: str) -> str:
    return f"nullif(lower(regexp_replace({column}, '[^\\\\p{{L}}\\\\p{{M}}\\\\p{{N}}]+', '')), '')"


def _groups(of: str, largest: int, columns: str) -> str:
    """Rows of groups of two or more, with their size; unknown parts make no group."""
    counted = f"SELECT *, count(*) OVER (PARTITION BY `group`) AS size FROM ({of}) WHERE `group` IS NOT NULL"
    return f"SELECT {columns}, size FROM ({counted}) WHERE size BETWEEN 2 AND {largest}"


# concat is null where a part is.
_HOUSE = ", '|', ".join(map(_folded, ("family_name", "street", "postcode")))
HOUSEHOLD = Table(
    "gold.household",
    "One row per customer in a household: two or more of one family name at one street, number and postcode",
    ("household_id", "entity_id"),
    (
        Column("household_id", STRING, "hash of family name and address; another after a move", "pseudonym"),
        ENTITY_ID,
        Column(
            "size", LONG, f"customers in the household; more than {_LARGEST_HOUSEHOLD} are taken for none"
        ),
    ),
    _groups(
        f"SELECT entity_id, concat({_HOUSE}, '|', coalesce(country, '')) AS `group` FROM gold.customer_360",
        _LARGEST_HOUSEHOLD,
        "sha2(`group`, 256) AS household_id, entity_id",
    ),
)
COMPANY = Table(
    "gold.company",
    "One row per account and contact of it, of accounts that two or more customers have",
    ("account_id", "entity_id"),
    (
        Column("account_id", STRING, "account number that the customers have in common", "pseudonym"),
        ENTITY_ID,
        Column("company", STRING, "employer of the contact, as the golden record has it", "quasi-identifier"),
        Column("size", LONG, f"contacts of the account; more than {_LARGEST_ACCOUNT:,} are taken for none"),
    ),
    _groups(
        "SELECT entity_id, company, `group` FROM gold.customer_360 LATERAL VIEW explode(account_ids) a AS `group`",
        _LARGEST_ACCOUNT,
        "`group` AS account_id, entity_id, company",
    ),
)
