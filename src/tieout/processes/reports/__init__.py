"""Reports on the returns flow, from our own records alone: no remote system is asked.

Every figure says which system owns it and when it was read there; a figure is never newer than that.
"""
