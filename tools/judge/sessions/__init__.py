"""Sessions of real clients, recorded in front of two nodes and compared answer by answer."""
