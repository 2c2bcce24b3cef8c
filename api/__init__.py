"""Alerts, reviews and the people who decide: the web side of Bright Kitchen."""
