"""`manage.py loaddata`: twice is once, broken is refused as a whole, staff's changes stay."""
