"""The pages of the console, one module per part; thin: read the form, call, draw."""
