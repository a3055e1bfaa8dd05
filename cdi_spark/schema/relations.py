"""Customers that belong together: households and the customers of an account. Views of gold.customer_360."""

from cdi_spark.schema.declare import ENTITY_ID, LONG, STRING, Column, Table
from cdi_spark.schema.view_sql import view_sql

HOUSEHOLD = Table(
    "gold.household",
    "One row per customer in a household: two or more customers with one family name at one address",
    ("household_id", "entity_id"),
    (
        Column("household_id", STRING, "hash of family name and address; changes with a move", "pseudonym"),
        ENTITY_ID,
        Column(
            "size",
            LONG,
            "number of customers in the household; more than 12 at one address are not a household",
        ),
    ),
    view_sql("household"),
)
COMPANY = Table(
    "gold.company",
    "One row per account and customer that has it, for accounts of two or more customers",
    ("account_id", "entity_id"),
    (
        Column("account_id", STRING, "account number that the customers share", "pseudonym"),
        ENTITY_ID,
        Column("company", STRING, "employer of the customer, from the golden record", "quasi-identifier"),
        Column(
            "size",
            LONG,
            "number of customers with the account; a number with more than 1,000 is a placeholder value and left "
            "out",
        ),
    ),
    view_sql("company"),
)
