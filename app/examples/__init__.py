"""Example plans that come with the product; the demo plays them."""
