"""A generated past to measure and to try with; marked so that nobody takes it for a real one."""
