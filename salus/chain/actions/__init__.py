"""What can be done on the chain: each function prepares one `Action`, with its plan in words. None sends."""
