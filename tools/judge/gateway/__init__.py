"""A gateway under load, with kills and outages, and what its store, its reports and the chain say afterwards."""
