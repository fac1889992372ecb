"""Alerts: one for each cause, told to whom it concerns, once, and again only when it has become worse.

`troubles` says what can be wrong, `judging` what changes about an alert and who must hear of it, `routing` who
that is and when, and `wording` what they read. All pure: the time and the rows come in as arguments.
"""
