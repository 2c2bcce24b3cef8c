"""The public card of a restaurant: its grade behind a QR code, when the office shows it."""
