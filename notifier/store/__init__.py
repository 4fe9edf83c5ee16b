"""The only SQL: one module a group of tables, plain functions over a `Database`."""
