"""What a disk image is, found from its content and not from its name.

The API, the commands and the operator's tools judge by it alike, so it leans
on oslo.utils only.
"""
