"""The Kitchen Compliance Score: a pure core over an event log, and its shell."""
