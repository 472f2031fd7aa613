"""Draining the inbox, performing the ledger, and making GitHub show what the release says."""
