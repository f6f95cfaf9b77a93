"""How dates and times are shown, by language: see FORMAT_MODULE_PATH."""
