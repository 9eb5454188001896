"""The benefit tables that come with Salus, as YAML; read them with `salus.product.shipped`."""
