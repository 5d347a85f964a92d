"""Places: postcodes, outward codes, place names and boundaries; knows no service and no parent."""
