"""Who belongs together without being one: households and the contacts of an account. Views of gold.customer_360."""

from cdi_spark.schema.declare import (
    ENTITY_ID,
    LONG,
    STRING,
    Column,
    Table,
)
from cdi_spark.schema.view_sql import view_sql

HOUSEHOLD = Table(
    "gold.household",
    "One row per customer in a household: two or more of one family name at one street, number and postcode",
    ("household_id", "entity_id"),
    (
        Column("household_id", STRING, "hash of family name and address; another after a move", "pseudonym"),
        ENTITY_ID,
        Column("size", LONG, "customers in the household; more than 12 are taken for none"),
    ),
    view_sql("household"),
)
COMPANY = Table(
    "gold.company",
    "One row per account and contact of it, of accounts that two or more customers have",
    ("account_id", "entity_id"),
    (
        Column("account_id", STRING, "account number that the customers have in common", "pseudonym"),
        ENTITY_ID,
        Column("company", STRING, "employer of the contact, as the golden record has it", "quasi-identifier"),
        Column("size", LONG, "contacts of the account; more than 1,000 are taken for none"),
    ),
    view_sql("company"),
)
