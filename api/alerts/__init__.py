"""What the cameras reported, with its evidence."""
