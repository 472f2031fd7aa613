"""The truth in SQL: inbox, event log, releases, ledger, and how far things have got."""
