"""Who gets in, and what the groups may do.

Forms for staff are the admin's.
"""
