"""The business: money, documents, facts, checks, plans, legs, rules and the fault catalogue.

Standard library only; no clock, no randomness, no input or output.
"""
