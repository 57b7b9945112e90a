"""What only matters when an order is being written."""
