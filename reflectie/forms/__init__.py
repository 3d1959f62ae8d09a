"""What people fill in: fields and layouts. No form writes anything."""
