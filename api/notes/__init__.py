"""What people note on an alert beside its verdicts."""
