"""What a release brings: commits and pull requests since the one before, told by type and component."""
