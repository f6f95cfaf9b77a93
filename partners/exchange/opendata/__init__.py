"""The public records as data. One description a kind is what all of it is made from:

the answers of the API and their description (OpenAPI), the dumps and their schemas.
"""
