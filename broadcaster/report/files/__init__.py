"""The report as files: a page with plots, tables, and logs that others can score again."""
