"""Visits on site: planned, checked item by item, signed, and gathered into campaigns."""
