"""Stations of the food-safety office and the restaurants in their care."""
