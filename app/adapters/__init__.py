"""The outside world behind the ports: GitHub, the database, the scheduler, templates."""
