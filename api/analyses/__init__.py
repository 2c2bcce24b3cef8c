"""Recorded footage analysed for the people of the web pages: one job at a time a server."""
