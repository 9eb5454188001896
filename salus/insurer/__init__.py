"""An insurer rechecks what it pays."""
