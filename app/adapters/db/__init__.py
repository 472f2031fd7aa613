"""The truth in SQL: inbox, event log, releases, ledger, timers."""
