"""Timings, each printed beside a goal or a peer; none of them is asserted in a test."""
