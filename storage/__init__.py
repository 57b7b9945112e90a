"""The database: one engine, every table, the schema's versions, and how long things are kept."""
