"""The bridge between what is kept and what it means: loads domain objects in a fixed number of queries and writes
in one transaction. Nothing else opens a transaction."""
