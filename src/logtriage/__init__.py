"""logtriage: what broke first, what merely followed, whose it is to fix, and how sure that is."""

__version__ = "0.1.0"
