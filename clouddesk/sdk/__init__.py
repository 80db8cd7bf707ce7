"""The desktop service for openstacksdk, laid out as openstacksdk itself is."""
