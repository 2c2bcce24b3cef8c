"""Weekly and monthly reports: figures frozen when they were made."""
