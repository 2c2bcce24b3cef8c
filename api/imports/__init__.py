"""Restaurants and cameras from a table: checked as a whole, then taken as a whole."""
