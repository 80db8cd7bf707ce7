"""What may be asked of the database, one module per noun.

Every function opens its own transaction, takes plain arguments and returns
rows that may be used after it. ``project_id=None`` means every project.
"""
