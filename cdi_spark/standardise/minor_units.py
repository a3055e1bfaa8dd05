"""Amounts of money in the smallest unit of their currency: the one rounding rule for money."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.standardise.values.currencies import NO_DIGITS, THREE_DIGITS


def minor_units(currency: Column) -> Column:
    """Return the digits after the point of a currency's amounts, as in values/currencies.py; null for null."""
    return (
        F.when(currency.isin(*sorted(NO_DIGITS)), 0)
        .when(currency.isin(*sorted(THREE_DIGITS)), 3)
        .when(currency.isNotNull(), 2)
    )


def in_minor_units(amount: Column, currency: Column) -> Column:
    """Round an amount half up to the smallest unit of its currency.

    Args:
        amount: decimal with at least three digits after the point; unchanged where the currency is null.
    """
    units = minor_units(currency)
    rounded = {digits: F.round(amount, digits) for digits in (0, 2, 3)}
    return (
        F.when(units == 0, rounded[0])
        .when(units == 2, rounded[2])
        .when(units == 3, rounded[3])
        .otherwise(amount)
    )
