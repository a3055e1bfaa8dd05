"""One customer in full, as an HTML page."""

from __future__ import annotations

from cdi_spark.pages import page
from cdi_spark.queries.customer import CustomerAnswer


def customer_page(found: CustomerAnswer) -> str:
    """Render the customer as one HTML page without script or network; every value is escaped."""
    return page("customer.html.j2", found=found)
