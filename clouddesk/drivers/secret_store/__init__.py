"""What keeps secrets; entry points of ``clouddesk.secret_store``."""
