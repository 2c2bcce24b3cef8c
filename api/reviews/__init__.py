"""What people decided about alerts."""
