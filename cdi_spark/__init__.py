"""Customer Data Integration on Spark: raw customer records in, one golden record per customer out."""
