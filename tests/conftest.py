"""What all tests share."""

from hypothesis import settings

# a deadline measures the machine, not the law
settings.register_profile("logtriage", deadline=None)
settings.load_profile("logtriage")
