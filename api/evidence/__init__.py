"""Files that prove an alert."""
