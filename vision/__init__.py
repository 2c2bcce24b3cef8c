"""What the cameras saw: frames in, episodes and their evidence out."""
