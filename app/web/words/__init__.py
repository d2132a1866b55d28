"""Words for codes: what people read wherever the programs say `in_service`."""
