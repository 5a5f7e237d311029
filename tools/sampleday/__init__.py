"""A sample day of a small hospital: ordinary traffic with one attack inside, in real log formats.

Names and addresses are reserved ones only (RFC 5737, RFC 3849, RFC 2606, RFC 1918), apart from Microsoft's
update and telemetry hosts, which every hospital's proxy log is full of.
"""
