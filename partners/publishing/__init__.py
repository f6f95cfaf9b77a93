"""What becomes public, and when: drafts, handing in, schedule, previews, merging.

How rows are compared and stored is `rows`.
"""
