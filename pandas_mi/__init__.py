"""Mutual information between the columns of a table."""
