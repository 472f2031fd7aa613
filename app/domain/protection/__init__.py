"""What makes GitHub obey the gate: rulesets on release tags and rules on environments, wanted against found."""
