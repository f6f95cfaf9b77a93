"""A record as rows: what it says, which version that is, what it was, and the one way to change it.

Here belongs what any record has in common, whatever its model: its rows (`snapshots`), its present
standing and the version of it (`standing`), the door that every change goes through (`door`), its
past (`history`) and what tells two states apart (`differences`). What a person may want of a record
(publish, hand in, withdraw) is decided in `publishing`.
"""
