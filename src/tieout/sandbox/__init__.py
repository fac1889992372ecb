"""Stand-in servers for every remote system, with real state and a temper.

Written from the vendors' documents; shares no code with the rooms it tests.
"""
