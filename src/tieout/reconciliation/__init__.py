"""What both sides say, held against each other: differences are shown to people, and nothing is ever written to Sage.

A comparison opens a case when a difference lasts and closes it when a later one agrees. It stands above the flows,
whose events explain what is under way; no flow knows it.
"""
