"""The REST interface, compared with the reference answer by answer."""
