"""Cameras and the keys with which they post."""
