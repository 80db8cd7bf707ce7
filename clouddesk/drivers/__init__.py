"""Where operators choose what clouddesk works with."""
