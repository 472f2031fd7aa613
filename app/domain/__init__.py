"""What a release is and what may happen to it: values and decisions, no I/O, no clock."""
