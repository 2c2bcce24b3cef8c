"""Live cameras: read, watched, proved and told, and never silently blind."""
