"""The public side: tags and what a shopper sees."""
