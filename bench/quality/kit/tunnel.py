"""Tunnels."""


def plant(options):
    raise SystemExit("not yet")
