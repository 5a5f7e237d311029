"""What the evaluation's generators stand on: clock, randomness, files, log formats, the hospital and its habits."""
