"""What every test shares."""

from hypothesis import settings

# Machines are shared and noisy: a slow example is no failure. Timings live in benchmarks/.
settings.register_profile("calm", deadline=None)
settings.load_profile("calm")
