"""Records as sheets, and sheets as records: what leaves in a file may come back changed.

`tables` says which sheets and columns a kind of record has, `files` reads and writes CSV and XLSX,
`export` and `importing` go from rows (see `snapshots`) to sheets and back.
"""
