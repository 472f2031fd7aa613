"""The JSON that GitHub makes of its records, one file per kind of record."""
