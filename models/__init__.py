"""The detector and how it was made, measured and shipped."""
