"""What a single value is: dates, text, rich text, identifiers, pictures.

Nothing here knows a model.
"""
