"""How sure a camera must be before it raises an alert: proposed from verdicts, set by people."""
