"""Patrol by eye: rounds over cameras, what was seen, what was reported."""
