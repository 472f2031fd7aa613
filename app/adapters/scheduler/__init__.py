"""Who works on which key, and when."""
