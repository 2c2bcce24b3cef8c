"""Figures made of decided reviews, each with its interval."""
